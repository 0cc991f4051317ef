package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.linux.guard.NetworkGuard;
import dev.bailiwick.agent.kernel.linux.host.AgentMemory;
import dev.bailiwick.agent.kernel.linux.host.HostMemory;
import dev.bailiwick.agent.kernel.linux.host.ProcessLimit;
import dev.bailiwick.agent.kernel.linux.network.JailNetwork;
import dev.bailiwick.agent.kernel.linux.network.OutgoingLimit;
import dev.bailiwick.agent.kernel.linux.network.ResolverFiles;
import dev.bailiwick.agent.kernel.linux.syscall.Sysctl;
import dev.bailiwick.jail.Demand;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.text.PlainText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The facts and capabilities of this Linux host. */
final class LinuxFacts {

    /** The demands that each controller meets, see {@link dev.bailiwick.jail.Demand}. */
    private static final Map<String, List<String>> LIMITS_OF_CONTROLLER = new TreeMap<>(Map.of(
            "cpu", List.of("limit:cpu", "limit:cpuWeight"),
            "cpuset", List.of("limit:cpus"),
            "io", List.of("limit:ioWeight", "limit:ioBytes", "limit:ioOperations"),
            "memory", List.of("limit:memory", "limit:memoryHigh", "limit:swap"),
            "pids", List.of("limit:processes")));

    private static final String OUTGOING = "limits.bandwidth-out";

    private LinuxFacts() {}

    /**
     * @param denials why blocked calls cannot be counted; empty if they can
     * @param files what is wrong with the record of files; empty if nothing is
     */
    static HostFacts of(
            HostLayout layout,
            Set<String> controllers,
            boolean thinBase,
            JailNetwork network,
            NetworkGuard guard,
            String denials,
            List<Capability> risks,
            String files) {
        return new HostFacts(
                Sysctl.read("kernel/osrelease"),
                Architecture.host().text(),
                PlainText.truncate(osName(), HostFacts.MAX_WORD),
                Runtime.getRuntime().availableProcessors(),
                HostMemory.bytes(),
                Sysctl.read("kernel/random/boot_id"),
                layout.rootBase().toString(),
                capabilities(controllers, thinBase, network, guard, denials, risks, files));
    }

    private static List<Capability> capabilities(
            Set<String> controllers,
            boolean thinBase,
            JailNetwork network,
            NetworkGuard guard,
            String denials,
            List<Capability> risks,
            String files) {
        List<Capability> capabilities = new ArrayList<>();
        LIMITS_OF_CONTROLLER.forEach((controller, limits) -> capabilities.add(capability(
                "cgroup." + controller,
                controllers.contains(controller),
                "the host's cgroup v2 has no " + controller + " controller: definitions with such a limit are rejected",
                limits.toArray(String[]::new))));
        capabilities.add(capability(
                "base.thin",
                thinBase,
                "this host's /usr is not merged, or the agent's state directory is on an overlay: jails with the base 'thin' are rejected",
                "base:thin"));
        capabilities.add(capability(
                "ipv6",
                network.hasV6(),
                "the kernel has no IPv6: definitions with an IPv6 address are rejected",
                "ip:v6"));
        capabilities.add(
                capability(
                        "network.sources",
                        network.guardsSources(),
                        "the kernel has no ingress queue (sch_ingress) or cls_bpf: a jail can send from IPv6 addresses of others"));
        capabilities.add(capability(
                "limits.bandwidth-in",
                network.limitsIncoming(),
                "the kernel has no token bucket (sch_tbf): definitions with a limit of the incoming bandwidth are rejected",
                "limit:bandwidthIn"));
        capabilities.addAll(outgoing(network.outgoing()));
        String unguarded = guard.unavailableReason();
        capabilities.add(capability(
                "network.guard",
                unguarded.isEmpty(),
                "nothing isolates jails from each other and from this host, so none starts: " + unguarded,
                "ip:v4",
                "ip:v6"));
        String withheld = guard.withheld();
        capabilities.add(capability("forwarding", withheld.isEmpty(), withheld));
        capabilities.add(
                capability(
                        "resolvers",
                        ResolverFiles.anyReachable(guard.resolvers(), guard::passesOn),
                        "jails can reach none of the name servers in this host's resolv.conf: they are given none, and each lookup fails at once"));
        String shortage = ProcessLimit.shortage();
        capabilities.add(capability("processes", shortage.isEmpty(), shortage));
        capabilities.add(AgentMemory.capability());
        capabilities.add(AgentMemory.program());
        capabilities.add(capability("denials", denials.isEmpty(), denials));
        capabilities.addAll(risks);
        capabilities.addAll(Demand.known());
        capabilities.add(capability("files.record", files.isEmpty(), files));
        return capabilities;
    }

    /** Whether there can be a limit of what jails send, and by what mechanism. */
    private static List<Capability> outgoing(OutgoingLimit found) {
        String lacks = "the kernel lacks sch_tbf, ifb, act_mirred or cls_bpf";
        return switch (found) {
            case IFB -> List.of(Capability.available(OUTGOING), Capability.available(OUTGOING + ".ifb"));
            case LIMIT_RATE ->
                List.of(
                        Capability.available(OUTGOING),
                        Capability.available(OUTGOING + ".limit-rate"),
                        Capability.missing(
                                OUTGOING + ".ifb",
                                lacks
                                        + ": what a jail sends beyond its limit does not wait, a rule (limit rate) drops it, and up to a second's worth passes at once"));
            case NONE ->
                List.of(Capability.missing(
                        OUTGOING,
                        lacks + ", and also nft_limit: definitions with a limit of the outgoing bandwidth are rejected",
                        Limit.BANDWIDTH_OUT.demand()));
        };
    }

    private static Capability capability(String name, boolean available, String reasonIfNot, String... refusedIfNot) {
        return available ? Capability.available(name) : Capability.missing(name, reasonIfNot, refusedIfNot);
    }

    private static String osName() {
        Path release = Path.of("/etc/os-release");
        if (!Files.isReadable(release)) {
            return "Linux";
        }
        return read(release.toString())
                .lines()
                .filter(line -> line.startsWith("PRETTY_NAME="))
                .map(line -> line.substring("PRETTY_NAME=".length()).replace("\"", ""))
                .findFirst()
                .orElse("Linux");
    }

    private static String read(String file) {
        try {
            return TextFile.read(Path.of(file)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
