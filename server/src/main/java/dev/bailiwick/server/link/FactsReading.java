package dev.bailiwick.server.link;

import dev.bailiwick.jail.InvalidValue;
import dev.bailiwick.jail.PlainText;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.v1.Capability;
import dev.bailiwick.server.host.HostFacts;
import java.util.List;

/** What a host says of itself, read with bounds: it is kept and shown. */
final class FactsReading {

    private static final int MAX_CAPABILITIES = 64;
    private static final int MAX_REFUSALS = 4000;
    private static final int MAX_WORD = 200;
    private static final int MAX_REASON = 2000;

    private FactsReading() {}

    /** @throws MalformedMessage naming the field that no agent sends so */
    static HostFacts fromWire(dev.bailiwick.protocol.v1.HostFacts wire) {
        if (wire.getCapabilitiesCount() > MAX_CAPABILITIES) {
            throw new MalformedMessage("facts name more than " + MAX_CAPABILITIES + " capabilities", null);
        }
        if (wire.getCpus() < 0 || wire.getMemoryBytes() < 0) {
            throw new MalformedMessage("facts count cpus or memory_bytes beyond what there is", null);
        }
        int refusals = wire.getCapabilitiesList().stream()
                .mapToInt(Capability::getRefusesCount)
                .sum();
        if (refusals > MAX_REFUSALS) {
            throw new MalformedMessage("capabilities refuse more than " + MAX_REFUSALS + " demands", null);
        }
        List<HostFacts.Capability> capabilities = wire.getCapabilitiesList().stream()
                .map(capability -> new HostFacts.Capability(
                        word("capability", capability.getName()),
                        capability.getAvailable(),
                        text("reason", capability.getReason(), MAX_REASON),
                        refuses(capability)))
                .toList();
        return new HostFacts(
                word("kernel_release", wire.getKernelRelease()),
                word("architecture", wire.getArchitecture()),
                word("os", wire.getOs()),
                wire.getCpus(),
                wire.getMemoryBytes(),
                word("boot_id", wire.getBootId()),
                rootBase(wire.getRootBase()),
                capabilities);
    }

    private static List<String> refuses(Capability capability) {
        return capability.getRefusesList().stream()
                .map(demand -> word("refuses", demand))
                .toList();
    }

    private static RootPath rootBase(String text) {
        try {
            return new RootPath(text);
        } catch (InvalidValue e) {
            throw new MalformedMessage("root_base " + e.reason(), e);
        }
    }

    static String word(String field, String value) {
        return text(field, value, MAX_WORD);
    }

    static String text(String field, String value, int longest) {
        if (value.length() > longest || value.chars().anyMatch(c -> c < 0x20 && c != '\n' && c != '\t')) {
            throw new MalformedMessage(
                    field + " is longer than " + longest + " characters or holds control characters", null);
        }
        // Agents of the version before may send ends of lines and marks of direction.
        return PlainText.cleaned(value);
    }
}
