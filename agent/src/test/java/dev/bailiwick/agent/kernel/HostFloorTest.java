package dev.bailiwick.agent.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.jail.validation.Violation;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostFloorTest {

    private final FakeKernel host = new FakeKernel(Clock.systemUTC());

    @ParameterizedTest
    @CsvSource({
        "hosting, keyctl, allow, /policy/overrides/0/decision",
        "hosting, keyctl, log, /policy/overrides/0/decision",
        "system, ptrace, deny, /policy/profile"
    })
    void holdsAgainstOverridesAndProfiles(String profile, String call, String decision, String pointer) {
        HostFloor floor = HostFloor.parse("keyctl,mount");
        JailDefinition definition = definition(profile, call, decision);

        assertThat(floor.in(host.facts()).unmet(definition))
                .extracting(Violation::pointer)
                .containsExactly(pointer);
        assertThatThrownBy(() -> floor.require(definition)).isInstanceOfSatisfying(KernelRefusal.class, refusal -> {
            assertThat(refusal.isPermanent()).isTrue();
            assertThat(refusal.detail())
                    .isEqualTo(pointer
                            + " is not available on this host: its operator has put on its floor: keyctl, mount");
        });
    }

    @Test
    void hindersNothingElse() {
        HostFloor floor = HostFloor.parse("keyctl");

        assertThatCode(() -> floor.require(definition("hosting", "keyctl", "kill")))
                .doesNotThrowAnyException();
        assertThatCode(() -> floor.require(definition("system", "userfaultfd", "allow")))
                .doesNotThrowAnyException();
    }

    @Test
    void isNotThereWhereNothingIsAdded() {
        HostFacts facts = host.facts();

        assertThat(HostFloor.parse(" ")).isEqualTo(HostFloor.NONE);
        assertThat(HostFloor.NONE.in(facts)).isSameAs(facts);
        assertThatCode(() -> HostFloor.NONE.require(definition("system", "keyctl", "allow")))
                .doesNotThrowAnyException();
    }

    private static JailDefinition definition(String profile, String call, String decision) {
        return new DefinitionDraft(
                        "web",
                        "web.example.org",
                        "/jails/web",
                        "thin",
                        List.of("192.0.2.7"),
                        new PolicyDraft(profile, List.of(new OverrideDraft(call, decision, "a test", "ada", null))),
                        List.of("/bin/sh"),
                        null,
                        null,
                        "running")
                .define();
    }
}
