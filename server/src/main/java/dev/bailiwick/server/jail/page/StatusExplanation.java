package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.jail.view.JailStatus;
import dev.bailiwick.server.jail.view.JailView;

/**
 * The reason why the status of a jail differs from its desired state, or the statement that it does not.
 *
 * @param key the key of the message
 * @param first a generation, for the message
 * @param second another generation, for the message; empty if it needs only one
 */
record StatusExplanation(String key, String first, String second) {

    static StatusExplanation of(JailView jail) {
        JailStatus status = jail.status();
        String wanted = String.valueOf(jail.generation());
        if (jail.retiredAt().isPresent()) {
            return new StatusExplanation("difference.removing", wanted, "");
        }
        if (status.phase().isEmpty()) {
            return new StatusExplanation("difference.away", wanted, "");
        }
        if (jail.differsOnHost()) {
            return new StatusExplanation("difference.differs", wanted, "");
        }
        if (status.acceptedGeneration() < jail.generation()) {
            return status.acceptedGeneration() == 0
                    ? new StatusExplanation("difference.unreported", wanted, "")
                    : new StatusExplanation(
                            "difference.not-accepted", wanted, String.valueOf(status.acceptedGeneration()));
        }
        if (status.generation() < jail.generation()) {
            boolean nothingInEffect = status.generation() == 0
                    || status.phase().filter(Phase.REFUSED::equals).isPresent();
            return nothingInEffect
                    ? new StatusExplanation("difference.first", wanted, "")
                    : new StatusExplanation("difference.not-applied", wanted, String.valueOf(status.generation()));
        }
        return new StatusExplanation(settledKey(jail, status.phase().get()), wanted, "");
    }

    private static String ended(JailView jail) {
        if (!jail.ended()) {
            return "difference.settling";
        }
        return jail.status().shownState().equals("completed") ? "difference.completed" : "difference.ended";
    }

    private static String settledKey(JailView jail, Phase phase) {
        return switch (phase) {
            case REFUSED -> "difference.refused";
            case BACKING_OFF -> "difference.backing-off";
            case RUNNING ->
                jail.definition().wanted() == WantedState.RUNNING ? "difference.same" : "difference.settling";
            case STOPPED ->
                jail.definition().wanted() == WantedState.STOPPED
                        ? "difference.stopped"
                        : jail.halted() ? "difference.halted" : ended(jail);
            case PENDING, STARTING, STOPPING -> "difference.settling";
            case REMOVED -> "difference.removing";
        };
    }
}
