package dev.bailiwick.agent.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.DefinitionDraft;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.PolicyDraft;
import dev.bailiwick.jail.PolicyDraft.OverrideDraft;
import dev.bailiwick.jail.Violation;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
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
        JailKernel kernel = HostFloor.parse("keyctl,mount").under(host);
        JailDefinition definition = definition(profile, call, decision);

        assertThat(kernel.facts().unmet(definition))
                .extracting(Violation::pointer)
                .containsExactly(pointer);
        assertThatThrownBy(() -> kernel.start(new JailId(UUID.randomUUID()), 1, "0", definition))
                .isInstanceOfSatisfying(KernelRefusal.class, refusal -> {
                    assertThat(refusal.isPermanent()).isTrue();
                    assertThat(refusal.detail())
                            .isEqualTo(pointer
                                    + " cannot be held on this host: its operator has put on its floor: keyctl, mount");
                });
        assertThat(host.observe()).isEmpty();
    }

    @Test
    void hindersNothingElse() {
        JailKernel kernel = HostFloor.parse("keyctl").under(host);
        JailId jail = new JailId(UUID.randomUUID());

        kernel.start(jail, 1, "0", definition("hosting", "keyctl", "kill"));
        kernel.start(new JailId(UUID.randomUUID()), 1, "0", definition("system", "userfaultfd", "allow"));

        assertThat(kernel.observe()).extracting(ObservedJail::id).contains(jail).hasSize(2);
    }

    @Test
    void isNotThereWhereNothingIsAdded() {
        assertThat(HostFloor.parse(" ").under(host)).isSameAs(host);
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
