package dev.bailiwick.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.FakeKernel;
import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.HostFloor;
import dev.bailiwick.agent.reconcile.plan.JailState;
import dev.bailiwick.agent.reconcile.plan.LastFailure;
import dev.bailiwick.agent.reconcile.plan.Step;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.PolicyDraft;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StepRunnerTest {

    private static final JailId JAIL = new JailId(new UUID(0, 1));

    private final FakeKernel kernel = new FakeKernel(Clock.systemUTC());

    @Test
    void startsNoJailThatAsksForMoreThanTheHostsFloor() {
        JailState after = start(HostFloor.parse("keyctl"));

        assertThat(kernel.observe()).isEmpty();
        assertThat(after.history().lastFailure()).hasValueSatisfying(failure -> {
            assertThat(failure.kind()).isEqualTo(LastFailure.Kind.REFUSED);
            assertThat(failure.condition().message()).contains("its operator has put on its floor: keyctl");
        });
    }

    @Test
    void startsTheSameJailWhereTheFloorIsAsItWas() {
        JailState after = start(HostFloor.NONE);

        assertThat(kernel.observe()).hasSize(1);
        assertThat(after.history().lastFailure()).isEmpty();
    }

    private JailState start(HostFloor floor) {
        Step step = new Step.Start(1, "0", allowingKeyctl(), FilesClaim.OF_NOBODY);
        return new StepRunner(kernel, floor, new RememberedRuns(), new RememberedEnds(), Clock.systemUTC())
                .run(JAIL, "", step, JailState.NOTHING, Duration.ZERO);
    }

    private static JailDefinition allowingKeyctl() {
        return new DefinitionDraft(
                        "web",
                        "web.example.org",
                        "/jails/web",
                        "thin",
                        List.of("192.0.2.7"),
                        new PolicyDraft(
                                "hosting",
                                List.of(new PolicyDraft.OverrideDraft("keyctl", "allow", "a test", "ada", null))),
                        List.of("/bin/sh"),
                        null,
                        null,
                        null)
                .define();
    }
}
