package dev.bailiwick.jail;

import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.process.Console;
import dev.bailiwick.jail.process.FirstProcess;
import dev.bailiwick.jail.process.Privileges;
import dev.bailiwick.jail.process.RestartPolicy;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.validation.Violation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A demand of a definition that not every host can enforce. A host lists, in the same words, the demands that it cannot enforce. So
 * the server can reject a definition without knowing any kernel.
 *
 * @param word {@code base:thin}, {@code ip:v6}, {@code limit:memory}, {@code profile:strict2002}, {@code user}; for an override {@code kill},
 *     {@code kill:ptrace}, and if it denies also {@code deny:ptrace:EPERM} and {@code errno:EPERM}
 * @param pointer JSON pointer of the field that makes the demand
 */
public record Demand(String word, String pointer) {

    /** The demand of a jail that has rules for its connections. They are no part of its definition. */
    public static final String FIREWALL = "firewall";

    private static final String WITHOUT = " without ";

    /**
     * Demands that agents of earlier versions do not know. They are grouped by a capability: an agent that does not report it cannot meet
     * them.
     */
    private static final Map<String, List<String>> LATER = new TreeMap<>(Map.ofEntries(
            Map.entry("addresses.additional", List.of("additional-addresses")),
            Map.entry("privileges", List.of("setuid")),
            Map.entry("console.terminal", List.of("console-terminal")),
            Map.entry("sysctls", List.of("sysctls")),
            Map.entry("firewall", List.of(FIREWALL)),
            Map.entry("command.bytes", List.of("variable-names", "long-command")),
            Map.entry("restart.policy", List.of("restart-policy")),
            Map.entry("stop.signal", List.of("stop-signal")),
            Map.entry("stop.timeout", List.of("stop-timeout")),
            Map.entry("command.user", List.of("user", "working-directory")),
            Map.entry("init", List.of("init")),
            Map.entry("names", List.of("name-servers", "search-domains", "resolver-options", "extra-hosts")),
            Map.entry("run-directories", List.of("run-directories")),
            Map.entry("limits.connections", List.of("limit:connections")),
            Map.entry("limits.log", List.of("limit:log")),
            Map.entry("limits.bandwidth", List.of("limit:bandwidthIn", "limit:bandwidthOut")),
            Map.entry("limits.sizes", List.of("limit:shm", "limit:tmp", "limit:run")),
            Map.entry(
                    "limits.resources",
                    List.of(
                            "limit:memoryHigh",
                            "limit:swap",
                            "limit:cpuWeight",
                            "limit:cpus",
                            "limit:ioWeight",
                            "limit:ioBytes",
                            "limit:ioOperations",
                            "limit:files"))));

    /** Returns the demands of {@code definition}, in the order of its fields. */
    public static List<Demand> of(JailDefinition definition) {
        List<Demand> demands = new ArrayList<>();
        demands.add(new Demand("base:" + word(definition.base()), "/base"));
        List<IpAddress> addresses = definition.addresses().primary();
        for (int i = 0; i < addresses.size(); i++) {
            demands.add(new Demand(addresses.get(i).isV4() ? "ip:v4" : "ip:v6", "/ip/" + i));
        }
        for (int i = 0; i < definition.addresses().additional().size(); i++) {
            demands.add(new Demand("additional-addresses", "/additionalAddresses/" + i));
        }
        demands.add(new Demand("profile:" + definition.policy().profile().text(), "/policy/profile"));
        List<PolicyOverride> overrides = definition.policy().overrides();
        for (int i = 0; i < overrides.size(); i++) {
            String pointer = "/policy/overrides/" + i + "/decision";
            words(overrides.get(i)).forEach(word -> demands.add(new Demand(word, pointer)));
        }
        Limits limits = definition.limits();
        limits.amounts().forEach((limit, _) -> demands.add(new Demand(limit.demand(), "/limits/" + limit.text())));
        if (!limits.cpus().isAll()) {
            demands.add(new Demand("limit:cpus", "/limits/cpus"));
        }
        if (definition.command().hasUnusualNames()) {
            demands.add(new Demand("variable-names", "/environment"));
        }
        if (definition.command().isLong()) {
            demands.add(new Demand("long-command", "/command"));
        }
        if (definition.stop().signal() != StopMethod.DEFAULT.signal()) {
            demands.add(new Demand("stop-signal", "/stopSignal"));
        }
        if (definition.stop().timeoutSeconds() != StopMethod.DEFAULT.timeoutSeconds()) {
            demands.add(new Demand("stop-timeout", "/stopTimeout"));
        }
        if (definition.restarts().mode() != RestartPolicy.ALWAYS.mode()) {
            demands.add(new Demand("restart-policy", "/restartPolicy"));
        }
        if (definition.restarts().limit().isPresent()) {
            demands.add(new Demand("restart-policy", "/restartLimit"));
        }
        definition.execution().user().ifPresent(_ -> demands.add(new Demand("user", "/user")));
        if (!definition.execution().workingDirectory().equals(WorkingDirectory.ROOT)) {
            demands.add(new Demand("working-directory", "/workingDirectory"));
        }
        if (!definition.execution().runDirectories().isEmpty()) {
            demands.add(new Demand("run-directories", "/runDirectories"));
        }
        if (definition.execution().firstProcess() == FirstProcess.INIT) {
            demands.add(new Demand("init", "/init"));
        }
        definition
                .execution()
                .sysctls()
                .all()
                .forEach((name, _) -> demands.add(new Demand("sysctls", "/sysctls/" + name)));
        if (definition.execution().privileges() == Privileges.SETUID) {
            demands.add(new Demand("setuid", "/privileges"));
        }
        if (definition.execution().console() == Console.TTY) {
            demands.add(new Demand("console-terminal", "/console"));
        }
        demands.addAll(of(definition.names()));
        return demands;
    }

    private static List<Demand> of(NameSettings names) {
        List<Demand> demands = new ArrayList<>();
        if (!names.resolver().servers().isEmpty()) {
            demands.add(new Demand("name-servers", "/nameServers"));
        }
        if (!names.resolver().search().isEmpty()) {
            demands.add(new Demand("search-domains", "/searchDomains"));
        }
        if (!names.resolver().options().isEmpty()) {
            demands.add(new Demand("resolver-options", "/resolverOptions"));
        }
        if (!names.hosts().all().isEmpty()) {
            demands.add(new Demand("extra-hosts", "/extraHosts"));
        }
        return demands;
    }

    /** Returns the capabilities by which an agent says that it knows a demand of a later version, each with these demands. */
    static Map<String, List<String>> later() {
        return Collections.unmodifiableMap(LATER);
    }

    /** Returns the capabilities of an agent that knows every demand and can meet all those that earlier versions do not know. */
    public static List<HostFacts.Capability> known() {
        return LATER.keySet().stream().map(HostFacts.Capability::available).toList();
    }

    /** Returns those demands of {@code definition} that agents of earlier versions do not know: they ignore the field. */
    public static List<Demand> laterOf(JailDefinition definition) {
        return of(definition).stream()
                .filter(demand -> LATER.values().stream().anyMatch(words -> words.contains(demand.word)))
                .toList();
    }

    /**
     * Returns the violations of {@code definition} on a host that cannot enforce {@code refused}.
     *
     * @param refused words of demands, or {@code A without B}: A cannot be enforced unless B is demanded too
     * @param reason why the host cannot enforce these, as a sentence
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
                .map(pointer -> new Violation(pointer, "is not available on this host: " + reason))
                .toList();
    }

    private static String word(Base base) {
        return switch (base) {
            case Base.Directory() -> "directory";
            case Base.Thin() -> "thin";
            case Base.Template(String _) -> "template";
        };
    }

    /** Returns a general word and then more specific ones, so that a host can reject a kind of decision with one word. */
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
