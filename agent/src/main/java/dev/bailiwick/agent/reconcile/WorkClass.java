package dev.bailiwick.agent.reconcile;

import java.util.Optional;

/** Work waits only for other work of the same class. */
enum WorkClass {
    /** Looking, stopping, releasing: a stop never waits for a start, be there a thousand. */
    PROMPT,
    START,
    /** Deleting a large tree takes minutes; nothing waits for it but other deletions. */
    FILES;

    static WorkClass of(Optional<Step> step) {
        return step.map(WorkClass::of).orElse(PROMPT);
    }

    private static WorkClass of(Step step) {
        return switch (step) {
            case Step.Start _ -> START;
            case Step.DeleteFiles _ -> FILES;
            case Step.Confirm _, Step.Mend _, Step.Terminate _, Step.Kill _, Step.Release _, Step.KeepFiles _ -> PROMPT;
        };
    }
}
