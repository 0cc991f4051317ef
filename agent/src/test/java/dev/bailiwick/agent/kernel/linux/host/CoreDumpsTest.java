package dev.bailiwick.agent.kernel.linux.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.Risk;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The core handlers from which a host can keep its jails away. */
class CoreDumpsTest {

    @ParameterizedTest
    @ValueSource(strings = {"core", "/var/crash/%p", "|/lib/systemd/systemd-coredump %P", ""})
    void takesJailsBesideAFileOrAPipe(String pattern) {
        CoreDumps coreDumps = new CoreDumps(() -> pattern, Set.of());

        coreDumps.require();
        assertThat(coreDumps.capability().available()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"@/run/systemd/coredump.socket", "@@/run/core"})
    void takesNoJailBesideASocket(String pattern) {
        CoreDumps coreDumps = new CoreDumps(() -> pattern, Set.of());

        assertThat(coreDumps.capability().available()).isFalse();
        assertThat(coreDumps.capability().refuses())
                .containsExactlyInAnyOrder("profile:strict2002", "profile:hosting", "profile:system");
        assertThatThrownBy(coreDumps::require).isInstanceOfSatisfying(KernelRefusal.class, refusal -> {
            assertThat(refusal.reason()).isEqualTo("CoreHandlerOpen");
            assertThat(refusal.isPermanent()).isFalse();
        });
    }

    @Test
    void takesThemWhereTheOperatorAcceptsTheRiskByName() {
        CoreDumps coreDumps = new CoreDumps(() -> "@/run/core", Set.of(Risk.CORE_SOCKET));

        coreDumps.require();
        assertThat(coreDumps.capability().available()).isFalse();
        assertThat(coreDumps.capability().refuses()).isEmpty();
        assertThat(coreDumps.capability().reason()).contains("the host's operator accepts this");
    }
}
