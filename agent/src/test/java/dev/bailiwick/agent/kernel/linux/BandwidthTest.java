package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits of bandwidth, with data between the host and a jail: each direction with its limit and without. */
@NeedsRoot
class BandwidthTest {

    private static final int PORT = 5001;

    /** Takes what comes and answers with one byte; or sends as much. The first byte says which, and no program of the jail ends. */
    private static final String SERVE = """
            use IO::Socket::IP;
            my $server = IO::Socket::IP->new(Listen => 5, LocalPort => 5001, ReuseAddr => 1, V6Only => 0, Family => AF_INET6) or die;
            $| = 1;
            print "ready\\n";
            while (my $peer = $server->accept) {
                $peer->sysread(my $how, 1);
                if ($how eq "t") {
                    my $left = BYTES;
                    while ($left > 0) { my $read = $peer->sysread(my $data, 65536) or last; $left -= $read }
                    $peer->syswrite("x");
                } else {
                    $peer->syswrite("x" x 65536) for 1 .. BYTES / 65536;
                }
                close $peer;
            }
            """;

    private static final int BYTES = 2 << 20;
    private static final long SLOW = 16_000_000;

    /** What so many bytes take at least at that rate, without what passes at once: a bucket, and what is counted besides the bytes. */
    private static final Duration SLOW_TIME = Duration.ofMillis(BYTES * 8L * 1000 / SLOW - 150);

    /** At this rate a rule lets so much pass at once that the rest takes this time at least, and this time at most with what is sent again. */
    private static final long DROPPED = 8_000_000;

    private static final Duration DROPPED_TIME = Duration.ofMillis(BYTES * 8L * 1000 / DROPPED - 1_000 - 300);
    private static final Duration DROPPED_PATIENCE = Duration.ofSeconds(60);

    private final BlockingQueue<JailId> damaged = new LinkedBlockingQueue<>();
    private TestHost host;
    private JailId id;
    private JailDefinition definition;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost();
        host.kernel.onDamage(damaged::add);
        id = host.newId();
        definition = host.definition("sized", "/usr/bin/perl", "-e", SERVE.replace("BYTES", String.valueOf(BYTES)));
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    @Test
    void eachDirectionIsLimitedAloneAndChangesWhileAJailRuns() throws Exception {
        start(Limits.NONE);
        assertThat(times()).allSatisfy((what, time) -> assertThat(time).as(what).isLessThan(SLOW_TIME));
        assertThat(host.kernel.mend(id, definition)).isEmpty();

        adjust(Limits.NONE.with(Limit.BANDWIDTH_IN, SLOW));
        assertThat(slow()).containsExactly("in v4", "in v6");

        adjust(Limits.NONE.with(Limit.BANDWIDTH_OUT, SLOW));
        assertThat(slow()).containsExactly("out v4", "out v6");

        adjust(both(SLOW));
        host.restartAgent();
        assertThat(host.kernel.observe()).hasSize(1);
        assertThat(slow()).as("with the next agent").hasSize(4);
        assertThat(host.kernel.mend(id, definition)).isEmpty();

        adjust(both(50 * SLOW));
        assertThat(slow()).as("with more").isEmpty();
        adjust(Limits.NONE);
        assertThat(slow()).as("without limits again").isEmpty();
        assertThat(device()).doesNotExist();
        assertThat(host.kernel.observe()).singleElement().matches(jail -> jail.isRunning());
    }

    @Test
    void aJailStartsWithItsLimitsAndWhatIsTakenFromTheHostsSideIsRestored() throws Exception {
        assertThat(host.kernel.facts().capabilities())
                .contains(
                        Capability.available("limits.bandwidth"),
                        Capability.available("limits.bandwidth-in"),
                        Capability.available("limits.bandwidth-out"),
                        Capability.available("limits.bandwidth-out.ifb"));
        start(both(SLOW));
        assertThat(slow()).hasSize(4);
        assertThat(host.kernel.mend(id, definition)).isEmpty();

        run("tc", "qdisc", "del", "dev", link(), "root");
        awaitDamage();
        assertThat(host.kernel.mend(id, definition)).containsExactly("the limit of its incoming bandwidth");
        run(
                "tc",
                "qdisc",
                "change",
                "dev",
                device().getFileName().toString(),
                "root",
                "handle",
                "1:",
                "tbf",
                "rate",
                "1gbit",
                "burst",
                "1mb",
                "latency",
                "50ms");
        assertThat(host.kernel.mend(id, definition))
                .as("another rate")
                .containsExactly("the limit of its outgoing bandwidth");
        run("ip", "link", "del", device().getFileName().toString());
        awaitDamage();
        assertThat(host.kernel.mend(id, definition)).containsExactly("the limit of its outgoing bandwidth");
        run("tc", "qdisc", "del", "dev", link(), "ingress");
        awaitDamage();
        assertThat(host.kernel.mend(id, definition))
                .containsExactly("the check of its source addresses", "the limit of its outgoing bandwidth");
        assertThat(slow()).hasSize(4);
        assertThat(host.kernel.mend(id, definition)).isEmpty();

        Path device = device();
        host.kernel.kill(id);
        host.awaitEnd();
        host.kernel.release(id);
        awaitGone(device);
    }

    @Test
    void whatAnAgentLeftOfAJailIsRemovedByTheNext() throws Exception {
        start(both(SLOW));
        Path device = device();
        host.kernel.kill(id);
        host.awaitEnd();
        // The link ends with the jail, its device does not.
        assertThat(device).exists();

        host.kernel.close();
        host.kernel = host.open();
        host.kernel.release(id);

        awaitGone(device);
    }

    @Test
    void whereNothingCanWaitARuleDropsWhatAJailSendsBeyondItsLimit() throws Exception {
        host.close();
        host = TestHost.withoutDevices();
        id = host.newId();
        definition = host.definition("sized", "/usr/bin/perl", "-e", SERVE.replace("BYTES", String.valueOf(BYTES)));
        assertThat(host.kernel.facts().capabilities())
                .contains(
                        Capability.available("limits.bandwidth-out"),
                        Capability.available("limits.bandwidth-out.limit-rate"))
                .anySatisfy(capability -> assertThat(capability)
                        .returns("limits.bandwidth-out.ifb", Capability::name)
                        .returns(false, Capability::available)
                        .returns(List.of(), Capability::refuses));
        start(Limits.NONE.with(Limit.BANDWIDTH_OUT, DROPPED));
        assertThat(device()).doesNotExist();
        assertThat(host.kernel.mend(id, definition)).isEmpty();
        assertSlow("from its start");

        adjust(Limits.NONE);
        host.kernel.confirm(id, 2, "");
        assertFast("without the limit");
        adjust(Limits.NONE.with(Limit.BANDWIDTH_OUT, 50 * SLOW));
        host.kernel.confirm(id, 3, "");
        assertFast("with more");
        adjust(Limits.NONE.with(Limit.BANDWIDTH_OUT, DROPPED));
        host.kernel.confirm(id, 4, "");
        assertSlow("again, while it runs");

        host.restartAgent();
        assertThat(host.kernel.observe()).hasSize(1);
        assertSlow("with the next agent, which does not know the limit yet");
        host.kernel.limit(id, definition.limits());
        host.kernel.confirm(id, 5, "");
        assertSlow("with the next agent");
    }

    private void assertSlow(String when) throws IOException {
        for (IpAddress address : definition.addresses().primary()) {
            // It has sent so little before that it may send all that passes at once.
            assertThat(out(address)).as(when).isBetween(DROPPED_TIME, DROPPED_PATIENCE);
            assertThat(shorter(() -> in(address))).as(when + ", to the jail").isLessThan(SLOW_TIME);
        }
    }

    private void assertFast(String when) throws IOException {
        for (IpAddress address : definition.addresses().primary()) {
            assertThat(shorter(() -> out(address))).as(when).isLessThan(SLOW_TIME);
        }
    }

    private static Limits both(long rate) {
        return Limits.NONE.with(Limit.BANDWIDTH_IN, rate).with(Limit.BANDWIDTH_OUT, rate);
    }

    private void start(Limits limits) throws IOException {
        definition = DefinitionVariant.of(definition).limits(limits).definition();
        host.start(id, definition);
        host.awaitLog(id, "ready");
    }

    private void adjust(Limits limits) {
        definition = DefinitionVariant.of(definition).limits(limits).definition();
        host.kernel.adjust(id, definition);
    }

    private List<String> slow() throws IOException {
        return times().entrySet().stream()
                .filter(time -> time.getValue().compareTo(SLOW_TIME) >= 0)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private Map<String, Duration> times() throws IOException {
        IpAddress v4 = definition.addresses().v4().orElseThrow();
        IpAddress v6 = definition.addresses().v6().orElseThrow();
        return Map.of(
                "in v4", shorter(() -> in(v4)),
                "in v6", shorter(() -> in(v6)),
                "out v4", shorter(() -> out(v4)),
                "out v6", shorter(() -> out(v6)));
    }

    private interface Transfer {
        Duration time() throws IOException;
    }

    /** A second transfer tells a limit, which holds for each of them, from a machine that was busy with something else. */
    private static Duration shorter(Transfer transfer) throws IOException {
        Duration first = transfer.time();
        if (first.compareTo(SLOW_TIME) < 0) {
            return first;
        }
        Duration second = transfer.time();
        return second.compareTo(first) < 0 ? second : first;
    }

    private static Duration in(IpAddress jail) throws IOException {
        long began = System.nanoTime();
        try (Socket socket = new Socket(InetAddress.getByAddress(jail.bytes()), PORT)) {
            OutputStream out = socket.getOutputStream();
            out.write('t');
            out.write(new byte[BYTES]);
            assertThat(socket.getInputStream().read()).isEqualTo('x');
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private static Duration out(IpAddress jail) throws IOException {
        long began = System.nanoTime();
        try (Socket socket = new Socket(InetAddress.getByAddress(jail.bytes()), PORT)) {
            socket.getOutputStream().write('s');
            assertThat(socket.getInputStream().readNBytes(BYTES)).hasSize(BYTES);
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private void awaitDamage() throws InterruptedException {
        assertThat(damaged.poll(60, TimeUnit.SECONDS)).isEqualTo(id);
    }

    private String link() throws IOException {
        return "bw" + host.cgroupOf(id).getFileName();
    }

    /** Returns the directory of the device by which what the jail sends is limited. */
    private Path device() throws IOException {
        return Path.of("/sys/class/net/q" + link());
    }

    private static void awaitGone(Path device) {
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        while (Files.exists(device)) {
            assertThat(System.nanoTime()).as(device + " stays").isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
