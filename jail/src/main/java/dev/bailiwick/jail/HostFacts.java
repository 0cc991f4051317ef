package dev.bailiwick.jail;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The properties of a host and the demands that it can enforce. The server stores and shows the facts, so all of them have bounds,
 * and texts become {@linkplain PlainText plain text}.
 *
 * @param cpus not negative
 * @param memoryBytes physical memory; not negative
 * @param bootId changes with every boot of the host
 * @param rootBase root paths must lie below this directory, which could be a {@link RootPath} itself
 * @param capabilities at most {@value #MAX_CAPABILITIES}; together they list at most {@value #MAX_REFUSED} demands
 */
public record HostFacts(
        String kernelRelease,
        String architecture,
        String operatingSystem,
        int cpus,
        long memoryBytes,
        String bootId,
        String rootBase,
        List<Capability> capabilities) {

    public static final int MAX_CAPABILITIES = 64;
    public static final int MAX_REFUSED = 4000;
    /** The maximum number of characters of a name, of a demand and of each text except a reason. */
    public static final int MAX_WORD = 200;
    /** The maximum number of characters of a reason. */
    public static final int MAX_REASON = 2000;

    /** @throws InvalidValue naming the component that exceeds its bounds */
    public HostFacts {
        kernelRelease = requireLength("kernelRelease", kernelRelease, MAX_WORD);
        architecture = requireLength("architecture", architecture, MAX_WORD);
        operatingSystem = requireLength("operatingSystem", operatingSystem, MAX_WORD);
        bootId = requireLength("bootId", bootId, MAX_WORD);
        rootBase = path(rootBase);
        capabilities = List.copyOf(capabilities);
        if (cpus < 0 || memoryBytes < 0) {
            throw new InvalidValue("must not count fewer than 0 cpus or bytes of memory");
        }
        if (capabilities.size() > MAX_CAPABILITIES) {
            throw new InvalidValue("must not name more than " + MAX_CAPABILITIES + " capabilities");
        }
        if (capabilities.stream().mapToInt(one -> one.refuses().size()).sum() > MAX_REFUSED) {
            throw new InvalidValue("must not refuse more than " + MAX_REFUSED + " demands");
        }
    }

    /** Returns the fields of {@code definition} that this host cannot enforce, each with the host's own reason. */
    public List<Violation> unmet(JailDefinition definition) {
        return capabilities.stream()
                .flatMap(capability -> capability.unmet(definition).stream())
                .toList();
    }

    /** Returns the same facts with one more capability. */
    public HostFacts with(Capability capability) {
        List<Capability> more = new ArrayList<>(capabilities);
        more.add(capability);
        return new HostFacts(kernelRelease, architecture, operatingSystem, cpus, memoryBytes, bootId, rootBase, more);
    }

    /**
     * Returns these facts with a missing capability for each demand that the agent does not know, because it is of an earlier version. An
     * agent that reported too many capabilities to add some is not changed.
     */
    public HostFacts withUnknownDemands() {
        HostFacts all = this;
        for (Map.Entry<String, List<String>> later : Demand.later().entrySet()) {
            boolean isReported =
                    capabilities.stream().anyMatch(one -> one.name().equals(later.getKey()));
            if (!isReported) {
                all = all.with(Capability.missing(
                        later.getKey(),
                        "the agent on this host is of an earlier version, which does not know this field: upgrade the agent",
                        later.getValue().toArray(String[]::new)));
            }
        }
        return all;
    }

    private static String requireLength(String name, String value, int maximumCharacters) {
        if (value.length() > maximumCharacters) {
            throw new InvalidValue("has a " + name + " longer than " + maximumCharacters + " characters");
        }
        return PlainText.clean(value);
    }

    private static String path(String value) {
        try {
            return new RootPath(value).value();
        } catch (InvalidValue e) {
            throw new InvalidValue("has a rootBase that " + e.reason());
        }
    }

    /**
     * Something that a host may or may not be able to enforce.
     *
     * @param name for example {@code cgroup.memory}, at most {@value HostFacts#MAX_WORD} characters
     * @param reason why it is not available and what that means, as a sentence of at most {@value HostFacts#MAX_REASON} characters;
     *     empty if it is available
     * @param refuses the words of the demands that the host cannot enforce without it, see {@link Demand}; empty if it is available
     */
    public record Capability(String name, boolean available, String reason, List<String> refuses) {

        /** @param refuses null in facts that were stored before hosts reported these words */
        public Capability(String name, boolean available, String reason, @Nullable List<String> refuses) {
            this.name = requireLength("capability", name, MAX_WORD);
            this.available = available;
            this.reason = requireLength("reason", reason, MAX_REASON);
            this.refuses = refuses == null
                    ? List.of()
                    : refuses.stream()
                            .map(demand -> requireLength("refused demand", demand, MAX_WORD))
                            .toList();
        }

        /** Returns the fields of {@code definition} that the host cannot enforce without this capability. */
        public List<Violation> unmet(JailDefinition definition) {
            return available ? List.of() : Demand.unmet(definition, refuses, reason);
        }

        public static Capability available(String name) {
            return new Capability(name, true, "", List.of());
        }

        /**
         * Creates a capability that is missing.
         *
         * @param reason may be an error message; it is cut if it is too long
         */
        public static Capability missing(String name, String reason, String... refuses) {
            return new Capability(name, false, PlainText.truncate(reason, MAX_REASON), List.of(refuses));
        }
    }
}
