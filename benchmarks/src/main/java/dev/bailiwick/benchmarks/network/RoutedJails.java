package dev.bailiwick.benchmarks.network;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.linux.LinuxKernel;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.JailNetwork;
import dev.bailiwick.jail.desired.OutgoingMail;
import dev.bailiwick.jail.firewall.Direction;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallAction;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.firewall.Peer;
import dev.bailiwick.jail.firewall.Ports;
import dev.bailiwick.jail.firewall.Protocol;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Idle jails with addresses of a routed pool, which the code of the agent starts. Two of them together have one customer. */
final class RoutedJails implements AutoCloseable {

    private static final String POOL = "198.19.0.0/16";
    private static final int IN_A_ROW = 250;
    private static final int MAX_JAILS = 2_000;
    private static final long FIRST_ID = 22_000L * HostLayout.RANGE_WIDTH;

    private final Path directory;
    private final Path pause;
    private final LinuxKernel kernel;
    private final List<JailId> ids = new ArrayList<>();

    /** @param pause a static program that does nothing */
    RoutedJails(Path directory, Path pause) {
        this.directory = directory;
        this.pause = pause;
        this.kernel = new LinuxKernel(
                new HostLayout(
                        directory.resolve("jails"),
                        directory.resolve("run"),
                        directory.resolve("logs"),
                        directory.resolve("state"),
                        "bailiwick-bench-network",
                        FIRST_ID,
                        MAX_JAILS),
                Clock.systemUTC(),
                Set.of());
        kernel.pools(new AddressPools(List.of(AddressRange.parse(POOL)), List.of()));
    }

    int count() {
        return ids.size();
    }

    /**
     * Gives jails so many rules each for what they send, of which none matches.
     *
     * @param from the number of the first of these jails
     * @param to one more than that of the last
     */
    void rule(int from, int to, int rules) {
        Firewall firewall = new Firewall(Collections.nCopies(
                rules,
                new FirewallRule(
                        Direction.OUT, FirewallAction.DROP, Protocol.TCP, Ports.parse("1"), new Peer.Any(), "")));
        for (int number = from; number < to; number++) {
            kernel.own(ids.get(number), customerOf(number), new JailNetwork(OutgoingMail.BY_POOL, firewall));
        }
        // Returns once the kernel has the rules of all.
        kernel.confirm(ids.getFirst(), 1, customerOf(0));
    }

    private static String customerOf(int number) {
        return "customer-" + number / 2;
    }

    /**
     * Starts one more jail.
     *
     * @return the process id of its init
     */
    int start(Limits limits) throws IOException {
        int number = ids.size();
        JailId id = new JailId(UUID.randomUUID());
        ids.add(id);
        Path root = directory.resolve("jails").resolve("jail-" + number);
        Files.createDirectories(root);
        Files.copy(pause, root.resolve("pause"));
        kernel.own(id, customerOf(number));
        return kernel.start(
                        id,
                        1,
                        "00",
                        new JailDefinition(
                                new JailName("jail-" + number),
                                new Hostname("jail-" + number + ".example"),
                                new RootPath(root.toString()),
                                new Base.Directory(),
                                IpAddresses.of("198.19." + number / IN_A_ROW + "." + (1 + number % IN_A_ROW)),
                                Policy.of(Profile.HOSTING),
                                new Command(List.of("/pause"), Map.of()),
                                limits,
                                WantedState.RUNNING))
                .jail()
                .initPid()
                .orElseThrow();
    }

    @Override
    public void close() {
        kernel.observe().forEach(jail -> kernel.release(jail.id()));
        kernel.close();
    }
}
