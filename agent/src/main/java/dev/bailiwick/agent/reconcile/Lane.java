package dev.bailiwick.agent.reconcile;

import java.util.Optional;

/** Which work waits for which: of one lane for its own, and for no other's. */
enum Lane {
    /** Looking, stopping, releasing: a stop never waits for a start, be there a thousand. */
    PROMPT,
    START,
    /** Deleting a large tree takes minutes; nothing waits for it but other deletions. */
    FILES;

    static Lane of(Optional<Step> step) {
        return step.map(Lane::of).orElse(PROMPT);
    }

    private static Lane of(Step step) {
        return switch (step) {
            case Step.Start _ -> START;
            case Step.DeleteFiles _ -> FILES;
            case Step.Confirm _, Step.Mend _, Step.Terminate _, Step.Kill _, Step.Release _, Step.KeepFiles _ -> PROMPT;
        };
    }
}
