package dev.bailiwick.protocol;

import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.protocol.v1.Capability;
import java.util.List;

/** Converts the facts of a host to and from their message, within the bounds of {@link HostFacts}. */
public final class FactsWire {

    private FactsWire() {}

    public static dev.bailiwick.protocol.v1.HostFacts toWire(HostFacts facts) {
        return dev.bailiwick.protocol.v1.HostFacts.newBuilder()
                .setKernelRelease(facts.kernelRelease())
                .setArchitecture(facts.architecture())
                .setOs(facts.operatingSystem())
                .setCpus(facts.cpus())
                .setMemoryBytes(facts.memoryBytes())
                .setBootId(facts.bootId())
                .setRootBase(facts.rootBase())
                .addAllCapabilities(
                        facts.capabilities().stream().map(FactsWire::toWire).toList())
                .build();
    }

    private static Capability toWire(HostFacts.Capability capability) {
        return Capability.newBuilder()
                .setName(capability.name())
                .setAvailable(capability.available())
                .setReason(capability.reason())
                .addAllRefuses(capability.refuses())
                .build();
    }

    /** @throws MalformedMessage naming the invalid field */
    public static HostFacts fromWire(dev.bailiwick.protocol.v1.HostFacts wire) {
        return Field.read(
                "facts",
                () -> new HostFacts(
                        word("kernel_release", wire.getKernelRelease()),
                        word("architecture", wire.getArchitecture()),
                        word("os", wire.getOs()),
                        Field.notNegative("cpus", wire.getCpus()),
                        Field.notNegative("memory_bytes", wire.getMemoryBytes()),
                        word("boot_id", wire.getBootId()),
                        wire.getRootBase(),
                        capabilities(wire.getCapabilitiesList())));
    }

    /** Reads the capabilities, but counts them first, so that a hostile message is rejected before it is copied. */
    private static List<HostFacts.Capability> capabilities(List<Capability> wire) {
        if (wire.size() > HostFacts.MAX_CAPABILITIES) {
            throw new MalformedMessage("facts name more than " + HostFacts.MAX_CAPABILITIES + " capabilities", null);
        }
        if (wire.stream().mapToInt(Capability::getRefusesCount).sum() > HostFacts.MAX_REFUSED) {
            throw new MalformedMessage("capabilities refuse more than " + HostFacts.MAX_REFUSED + " demands", null);
        }
        return wire.stream().map(FactsWire::capability).toList();
    }

    private static HostFacts.Capability capability(Capability wire) {
        return new HostFacts.Capability(
                word("capability", wire.getName()),
                wire.getAvailable(),
                Field.text("reason", wire.getReason(), HostFacts.MAX_REASON),
                wire.getRefusesList().stream()
                        .map(demand -> word("refuses", demand))
                        .toList());
    }

    private static String word(String name, String value) {
        return Field.text(name, value, HostFacts.MAX_WORD);
    }
}
