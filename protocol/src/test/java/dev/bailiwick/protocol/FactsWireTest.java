package dev.bailiwick.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostFacts.Capability;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class FactsWireTest {

    private static final HostFacts FACTS = new HostFacts(
            "6.18.0",
            "x86_64",
            "Debian GNU/Linux 13",
            4,
            8L << 30,
            "b5c1a4f8",
            "/srv/jails",
            List.of(
                    Capability.available("userns"),
                    Capability.missing("cgroup.memory", "there is none", "limit:memory", "base:thin")));

    @Test
    void comesBackAsItWent() {
        assertThat(FactsWire.fromWire(FactsWire.toWire(FACTS))).isEqualTo(FACTS);
    }

    @Test
    void namesTheFieldThatNoAgentSends() {
        refuses("kernel_release is longer than 200", wire -> wire.setKernelRelease("6".repeat(201)));
        refuses("os contains a control character", wire -> wire.setOs("Debian\0"));
        refuses("cpus must be 0 to 2^31 - 1", wire -> wire.setCpus(-1));
        refuses("memory_bytes must be 0 to 2^63 - 1", wire -> wire.setMemoryBytes(-1));
        refuses("rootBase that must be an absolute path", wire -> wire.setRootBase("jails"));
        refuses(
                "capability is longer than 200",
                wire -> wire.getCapabilitiesBuilder(1).setName("c".repeat(201)));
        refuses(
                "reason is longer than 2000",
                wire -> wire.getCapabilitiesBuilder(1).setReason("r".repeat(2001)));
        refuses(
                "more than 64 capabilities",
                wire -> wire.addAllCapabilities(Collections.nCopies(64, wire.getCapabilities(0))));
        refuses(
                "more than 4000 demands",
                wire -> wire.getCapabilitiesBuilder(1).addAllRefuses(Collections.nCopies(4000, "limit:cpu")));
    }

    private static void refuses(String part, Consumer<dev.bailiwick.protocol.v1.HostFacts.Builder> change) {
        var wire = FactsWire.toWire(FACTS).toBuilder();
        change.accept(wire);
        assertThatThrownBy(() -> FactsWire.fromWire(wire.build()))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining(part);
    }
}
