package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.reconcile.plan.Step;
import java.util.Optional;

/** The class of a piece of work. Work waits only for other work of its class. */
enum WorkClass {
    /** Plans, stops, releases: a stop never waits for a start, not even behind a thousand. */
    PROMPT,
    START,
    /** Deletions: a large tree takes minutes, and only other deletions wait for it. */
    FILES;

    static WorkClass of(Optional<Step> step) {
        return step.map(WorkClass::of).orElse(PROMPT);
    }

    private static WorkClass of(Step step) {
        return switch (step) {
            case Step.Start _ -> START;
            case Step.DeleteFiles _ -> FILES;
            case Step.Confirm _,
                    Step.Check _,
                    Step.Mend _,
                    Step.Terminate _,
                    Step.Kill _,
                    Step.Release _,
                    Step.RecordEnd _,
                    Step.ForgetEnd _,
                    Step.KeepFiles _ -> PROMPT;
        };
    }
}
