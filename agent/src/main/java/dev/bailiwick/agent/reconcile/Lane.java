package dev.bailiwick.agent.reconcile;

import java.util.Optional;

/** Which work waits for which: earlier lanes go first. */
enum Lane {
    /** Looking, stopping, releasing: a stop never waits behind a thousand starts. */
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
            case Step.Confirm _, Step.Terminate _, Step.Kill _, Step.Release _ -> PROMPT;
        };
    }
}
