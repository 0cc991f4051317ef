package dev.bailiwick.jail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.process.StopSignal;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class HostFactsTest {

    private static final String WORD = "w".repeat(HostFacts.MAX_WORD);

    @Test
    void takesTheLongestThereMayBe() {
        Capability capability = new Capability(
                WORD, false, "r".repeat(HostFacts.MAX_REASON), Collections.nCopies(HostFacts.MAX_REFUSED, WORD));
        List<Capability> others = Collections.nCopies(HostFacts.MAX_CAPABILITIES - 1, Capability.available("userns"));

        HostFacts facts = new HostFacts(WORD, WORD, WORD, 0, 0, WORD, "/jails", others).with(capability);

        assertThat(facts.capabilities()).hasSize(HostFacts.MAX_CAPABILITIES).endsWith(capability);
    }

    @Test
    void namesWhatIsBeyondItsBounds() {
        refuses("kernelRelease longer than 200", () -> facts(WORD + "x", "x86_64", 1, 1, "/jails", List.of()));
        refuses("architecture longer than 200", () -> facts("6.18", WORD + "x", 1, 1, "/jails", List.of()));
        refuses("fewer than 0 cpus", () -> facts("6.18", "x86_64", -1, 1, "/jails", List.of()));
        refuses("bytes of memory", () -> facts("6.18", "x86_64", 1, -1, "/jails", List.of()));
        refuses("rootBase that must be an absolute path", () -> facts("6.18", "x86_64", 1, 1, "jails", List.of()));
        refuses(
                "more than 64 capabilities",
                () -> facts("6.18", "x86_64", 1, 1, "/jails", Collections.nCopies(65, Capability.available("userns"))));
        Capability half = new Capability("policy", false, "", Collections.nCopies(2001, "limit:cpu"));
        refuses("more than 4000 demands", () -> facts("6.18", "x86_64", 1, 1, "/jails", List.of(half, half)));
        refuses("capability longer than 200", () -> Capability.available(WORD + "x"));
        refuses("reason longer than 2000", () -> new Capability("x", false, "r".repeat(2001), List.of()));
        refuses("refused demand longer than 200", () -> Capability.missing("x", "", WORD + "x"));
    }

    @Test
    void keepsEachTextOnOneLine() {
        HostFacts facts =
                facts("6.18\n", "x86\u202e_64", 1, 1, "/jails", List.of(Capability.missing("a\tb", "no\nmore")));

        assertThat(facts.kernelRelease()).isEqualTo("6.18 ");
        assertThat(facts.architecture()).isEqualTo("x86\ufffd_64");
        assertThat(facts.capabilities()).containsExactly(new Capability("a b", false, "no more", List.of()));
    }

    /** Every agent of an earlier version ignores a field that it does not know. */
    @Test
    void meetsOnlyTheFieldsThatItsAgentKnows() {
        JailDefinition plain = new JailDefinition(
                new JailName("web"),
                new Hostname("web"),
                new RootPath("/jails/web"),
                new Base.Thin(),
                IpAddresses.of("198.18.0.5"),
                Policy.of(Profile.HOSTING),
                Command.of("/sbin/init"),
                Limits.NONE,
                WantedState.RUNNING);
        JailDefinition own = plain.with(new StopMethod(StopSignal.QUIT, 60));
        HostFacts current =
                facts("6.18", "x86_64", 1, 1, "/jails", Demand.known()).withUnknownDemands();
        HostFacts earlier = facts("6.18", "x86_64", 1, 1, "/jails", List.of()).withUnknownDemands();

        assertThat(current.unmet(own)).isEmpty();
        assertThat(earlier.unmet(plain)).isEmpty();
        assertThat(earlier.unmet(own))
                .extracting(Violation::pointer)
                .containsExactlyInAnyOrder("/stopSignal", "/stopTimeout");
        assertThat(earlier.unmet(own).getFirst().message()).endsWith("upgrade the agent");
    }

    @Test
    void cutsAReasonThatSomebodyElseHasWritten() {
        assertThat(Capability.missing("x", "r".repeat(5_000)).reason())
                .hasSize(HostFacts.MAX_REASON)
                .endsWith("r…");
    }

    @Test
    void refusesNothingIfItWasStoredWithoutDemands() {
        assertThat(new Capability("x", false, "as it was stored", null).refuses())
                .isEmpty();
    }

    private static HostFacts facts(
            String kernelRelease,
            String architecture,
            int cpus,
            long memoryBytes,
            String rootBase,
            List<Capability> capabilities) {
        return new HostFacts(kernelRelease, architecture, "Debian", cpus, memoryBytes, "boot", rootBase, capabilities);
    }

    private static void refuses(String part, ThrowingCallable making) {
        assertThatThrownBy(making).isInstanceOf(InvalidValue.class).hasMessageContaining(part);
    }
}
