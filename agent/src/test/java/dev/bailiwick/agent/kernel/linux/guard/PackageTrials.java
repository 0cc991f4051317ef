package dev.bailiwick.agent.kernel.linux.guard;

import static dev.bailiwick.agent.kernel.linux.guard.GuardedNetwork.await;
import static dev.bailiwick.agent.kernel.linux.guard.GuardedNetwork.inNamespace;
import static dev.bailiwick.agent.kernel.linux.guard.GuardedNetwork.namespaceOf;
import static dev.bailiwick.agent.kernel.linux.guard.GuardedNetwork.shell;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.ResolverDefaults;
import dev.bailiwick.agent.kernel.linux.DebianPrograms;
import dev.bailiwick.agent.kernel.linux.PatientHost;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.ResolverConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Prints what apt prints in jails that reach a repository beyond their host, by name, and in one that does not. */
final class PackageTrials implements AutoCloseable {

    private static final String REPOSITORY = "192.0.2.1";
    private static final String REPOSITORY_V6 = "2001:db8::1";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final List<Process> processes = new ArrayList<>();
    private final TestHost host;

    private PackageTrials() throws Exception {
        Process holder = new ProcessBuilder("unshare", "--net", "sleep", "600").start();
        processes.add(holder);
        Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
        await("a namespace beyond", () -> !namespaceOf(holder.pid()).equals(own));
        shell("ip link set lo up; ip link add up0 type veth peer name eth0 netns " + holder.pid()
                + "; ip link set up0 up; ip addr add 192.0.2.2/24 dev up0; ip addr add 2001:db8::2/64 dev up0 nodad");
        inNamespace(
                holder.pid(),
                "ip link set lo up; ip link set eth0 up; ip addr add " + REPOSITORY + "/24 dev eth0; ip addr add "
                        + REPOSITORY_V6 + "/64 dev eth0 nodad");
        shell("ip route add default via " + REPOSITORY + "; ip -6 route add default via " + REPOSITORY_V6);
        GuardedNetwork.forward("1");
        serve(holder.pid());
        host = new TestHost();
        host.kernel.pools(pools(Map.of(
                "172.31.0.0/24", Egress.Way.MASQUERADE,
                "fd31::/64", Egress.Way.MASQUERADE,
                "172.31.1.0/24", Egress.Way.CLOSED,
                "fd31:1::/64", Egress.Way.CLOSED)));
    }

    private static AddressPools pools(Map<String, Egress.Way> ways) {
        Map<AddressRange, Egress> egresses = new HashMap<>();
        ways.forEach((range, way) -> egresses.put(AddressRange.parse(range), new Egress(way, false)));
        ResolverConfiguration resolver =
                new ResolverConfiguration(List.of(IpAddress.parse(REPOSITORY)), List.of(), List.of());
        return new AddressPools(
                List.copyOf(egresses.keySet()),
                List.of(),
                egresses,
                List.of(),
                new ResolverDefaults(List.of(), resolver));
    }

    private void serve(long namespace) throws Exception {
        Process server = new ProcessBuilder(
                        "nsenter",
                        "-t",
                        Long.toString(namespace),
                        "-n",
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RepositoryServer.class.getName(),
                        DebianPrograms.root().resolve("srv/repository").toString(),
                        REPOSITORY,
                        REPOSITORY_V6)
                .redirectErrorStream(true)
                .start();
        processes.add(server);
        String first = server.inputReader().readLine();
        if (!"ready".equals(first)) {
            throw new AssertionError("no repository is served: " + first);
        }
    }

    private void install(String name, int family, String... addresses) throws Exception {
        String script = """
                rm -rf /etc/apt/sources.list* /var/lib/apt/lists
                echo "deb [signed-by=/usr/share/keyrings/here.gpg] http://%s here main" >/etc/apt/sources.list
                options="-o Acquire::ForceIPv%s=true -o Acquire::Retries=0"
                apt-get $options update && apt-get $options install --yes jq && echo '{"a": 6}' | jq .a*7
                """.formatted(RepositoryServer.NAME, family);
        JailDefinition definition = DefinitionVariant.of(DebianPrograms.jail(host, name, script))
                .addresses(IpAddresses.of(addresses))
                .definition();
        PatientHost.outputOf(host, definition, PATIENCE)
                .lines()
                .forEach(line -> System.out.println("> " + name + " " + line));
    }

    @Override
    public void close() throws Exception {
        host.close();
        processes.forEach(Process::destroyForcibly);
    }

    /** Runs in a network namespace that the test creates. */
    public static void main(String[] arguments) throws Exception {
        try (PackageTrials trials = new PackageTrials()) {
            trials.install("v4", 4, "172.31.0.7", "fd31::7");
            trials.install("v6", 6, "172.31.0.8", "fd31::8");
            trials.install("closed", 4, "172.31.1.7", "fd31:1::7");
        }
        System.out.println("> end");
    }
}
