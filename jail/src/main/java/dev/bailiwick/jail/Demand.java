package dev.bailiwick.jail;

import dev.bailiwick.jail.syscall.OverrideDecision;
import dev.bailiwick.jail.syscall.PolicyOverride;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One thing a definition asks of its host that not every host can hold it to. A host names what it cannot hold by the same
 * words, so that who takes a definition can refuse it without knowing any kernel.
 *
 * @param word {@code base:thin}, {@code ip:v6}, {@code limit:memory}, {@code profile:strict2002}; of an override {@code kill},
 *     {@code kill:ptrace}, and where it denies also {@code deny:ptrace:EPERM} and {@code errno:EPERM}
 * @param pointer JSON pointer of the field that asks for it
 */
public record Demand(String word, String pointer) {

    private static final String WITHOUT = " without ";

    /** What {@code definition} asks for, in the order of its fields. */
    public static List<Demand> of(JailDefinition definition) {
        List<Demand> demands = new ArrayList<>();
        demands.add(new Demand("base:" + word(definition.base()), "/base"));
        List<IpAddress> addresses = definition.addresses().all();
        for (int i = 0; i < addresses.size(); i++) {
            demands.add(new Demand(addresses.get(i).isV4() ? "ip:v4" : "ip:v6", "/ip/" + i));
        }
        demands.add(new Demand("profile:" + definition.policy().profile().text(), "/policy/profile"));
        List<PolicyOverride> overrides = definition.policy().overrides();
        for (int i = 0; i < overrides.size(); i++) {
            String pointer = "/policy/overrides/" + i + "/decision";
            words(overrides.get(i)).forEach(word -> demands.add(new Demand(word, pointer)));
        }
        Limits limits = definition.limits();
        limits.memoryBytes().ifPresent(_ -> demands.add(new Demand("limit:memory", "/limits/memory")));
        limits.processes().ifPresent(_ -> demands.add(new Demand("limit:processes", "/limits/processes")));
        limits.cpuMillis().ifPresent(_ -> demands.add(new Demand("limit:cpu", "/limits/cpuMillis")));
        return demands;
    }

    /**
     * The violations of {@code definition} on a host that cannot hold {@code refused}.
     *
     * @param refused words of demands, or {@code A without B}: A cannot be held where B is not asked for as well
     * @param reason why the host cannot hold them, as a sentence
     */
    public static List<Violation> unmet(JailDefinition definition, Collection<String> refused, String reason) {
        List<Demand> demands = of(definition);
        Set<String> asked = demands.stream().map(Demand::word).collect(Collectors.toSet());
        Set<String> unmet = refused.stream()
                .map(row -> row.split(WITHOUT, 2))
                .filter(parts -> parts.length == 1 || !asked.contains(parts[1]))
                .map(parts -> parts[0])
                .collect(Collectors.toSet());
        return demands.stream()
                .filter(demand -> unmet.contains(demand.word))
                .map(Demand::pointer)
                .distinct()
                .map(pointer -> new Violation(pointer, "cannot be held on this host: " + reason))
                .toList();
    }

    private static String word(Base base) {
        return switch (base) {
            case Base.Directory() -> "directory";
            case Base.Thin() -> "thin";
            case Base.Template(String _) -> "template";
        };
    }

    /** From the general to the particular, so that a host can refuse a kind of decision with one word. */
    private static List<String> words(PolicyOverride override) {
        String call = override.call();
        return switch (override.decision()) {
            case OverrideDecision.Allow() -> List.of("allow", "allow:" + call);
            case OverrideDecision.Log() -> List.of("log", "log:" + call);
            case OverrideDecision.Kill() -> List.of("kill", "kill:" + call);
            case OverrideDecision.Watch(OverrideDecision.Staged _) -> List.of("watch", "watch:" + call);
            case OverrideDecision.Deny(String errno) ->
                List.of("deny", "deny:" + call, "deny:" + call + ":" + errno, "errno:" + errno);
        };
    }
}
