package dev.bailiwick.agent.reconcile.plan;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.text.TimeText;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The state of the things that a running jail needs beside its processes, such as its link and mounts.
 *
 * @param suspected whether something may be gone, so that the agent must check
 * @param failures the number of times in a row that something could not be restored
 * @param condition what was or is gone, for the report
 * @param lookAgainAt when to check without a suspicion; present if {@code condition} is
 */
public record Upkeep(boolean suspected, int failures, Optional<Condition> condition, Optional<Instant> lookAgainAt) {

    static final Upkeep WHOLE = new Upkeep(false, 0, Optional.empty(), Optional.empty());

    /** Returns the upkeep of a jail to be checked, because an earlier agent started it or something may be gone. */
    Upkeep suspect() {
        return new Upkeep(true, failures, condition, lookAgainAt);
    }

    boolean isDue(Instant now) {
        return suspected || lookAgainAt.filter(at -> !now.isBefore(at)).isPresent();
    }

    /**
     * Returns the upkeep after a check that found everything, or restored it.
     *
     * @param restored what was gone; the condition that names it stays for {@link Backoff#STABLE}
     */
    public Upkeep mended(List<String> restored, Instant now) {
        if (restored.isEmpty()) {
            boolean isReported =
                    failures == 0 && lookAgainAt.filter(now::isBefore).isPresent();
            return isReported ? new Upkeep(false, 0, condition, lookAgainAt) : WHOLE;
        }
        String message = String.join(", ", restored) + (restored.size() == 1 ? " was" : " were")
                + " gone, and restored without a restart";
        return new Upkeep(
                false, 0, Optional.of(new Condition("Mended", message, now)), Optional.of(now.plus(Backoff.STABLE)));
    }

    /** Returns the upkeep of a jail for which something is still missing. */
    public Upkeep failed(KernelRefusal refusal, Instant now) {
        Instant next = now.plus(Backoff.afterFailure(failures + 1));
        Condition damaged =
                new Condition(refusal.reason(), refusal.detail() + "; next try at " + TimeText.of(next), now);
        return new Upkeep(false, failures + 1, Optional.of(damaged), Optional.of(next));
    }
}
