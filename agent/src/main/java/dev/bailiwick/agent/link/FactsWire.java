package dev.bailiwick.agent.link;

import dev.bailiwick.agent.kernel.HostFacts;
import dev.bailiwick.protocol.v1.Capability;
import java.util.Optional;

/** What a host says of itself, on the wire. */
final class FactsWire {

    private FactsWire() {}

    /** @param diskTrouble why the stored desired state is not what it should be; told as a capability, so that it is seen */
    static dev.bailiwick.protocol.v1.HostFacts toWire(HostFacts facts, Optional<String> diskTrouble) {
        var wire = dev.bailiwick.protocol.v1.HostFacts.newBuilder()
                .setKernelRelease(facts.kernelRelease())
                .setArchitecture(facts.architecture())
                .setOs(facts.os())
                .setCpus(facts.cpus())
                .setMemoryBytes(facts.memoryBytes())
                .setBootId(facts.bootId())
                .setRootBase(facts.rootBase());
        facts.capabilities()
                .forEach(capability -> wire.addCapabilities(Capability.newBuilder()
                        .setName(capability.name())
                        .setAvailable(capability.available())
                        .setReason(capability.reason())
                        .addAllRefuses(capability.refuses())));
        diskTrouble.ifPresent(reason -> wire.addCapabilities(
                Capability.newBuilder().setName("desired-state").setReason(reason)));
        return wire.build();
    }
}
