package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.forward.PortForwards;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.protocol.stream.StreamClosed;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections to ports in a running jail. */
@NeedsRoot
@Timeout(180)
class PortForwardsTest extends OneHostTest {

    private static final int PORT = 7_070;
    private static final int STALLED = 7_071;
    private static final int CLOSED = 7_072;
    private static final int MANY_BYTES = 8 << 20;

    /** Listens on a port, and serves each connection in a process of its own. */
    private static final String SERVER = """
            use IO::Socket::IP; $SIG{CHLD} = 'IGNORE'; $| = 1;
            sub serve { my ($at, $port, $with) = @_;
                my $socket = IO::Socket::IP->new(LocalAddr => $at, LocalPort => $port, Listen => 64, ReuseAddr => 1) or die $!;
                return if fork; while (my $one = $socket->accept) { next if fork; $with->($one); exit } exit }
            sub echo { my $one = shift; my $some; while (sysread $one, $some, 65536) { print $one $some; $one->flush } }
            serve('127.0.0.1', 7070, \\&echo); serve('::1', 7070, \\&echo); serve($ARGV[0], 7070, sub { print {$_[0]} 'own' });
            serve('127.0.0.1', 7071, sub { sleep 1000 }); print qq(ready\\n); sleep 1000;
            """;

    private static int jails;

    private final PortForwards forwards = new PortForwards(host.kernel);
    private JailId jail;
    private JailDefinition definition;

    @BeforeEach
    void startAJail() throws Exception {
        jail = host.newId();
        String name = "forwards-" + ++jails;
        String own = host.definition(name, "/bin/true")
                .addresses()
                .v4()
                .orElseThrow()
                .toString();
        definition = host.definition(name, "/usr/bin/perl", "-e", SERVER, own);
        host.start(jail, definition);
        host.awaitLog(jail, "ready");
    }

    private ForwardedPort to(int port, String... addresses) {
        return new ForwardedPort(forwards, jail, port, addresses);
    }

    @Test
    void carriesBytesBothWaysUntilEachHasEnded() throws Exception {
        byte[] many = new byte[MANY_BYTES];
        new Random(MANY_BYTES).nextBytes(many);
        for (String address : new String[] {"127.0.0.1", "::1"}) {
            try (ForwardedPort port = to(PORT, address)) {
                assertThat(port.awaitOpen()).isEmpty();
                Thread sender = Thread.ofVirtual().start(() -> {
                    try {
                        port.send(many);
                        port.server.end();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
                assertThat(port.receiveAll()).isEqualTo(many);
                sender.join();
                assertThat(port.over.await(20, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void reachesTheJailsOwnAddressAndTriesAddressesInTheirOrder() throws Exception {
        String own = definition.addresses().v4().orElseThrow().toString();
        try (ForwardedPort port = to(PORT, own)) {
            assertThat(port.awaitOpen()).isEmpty();
            assertThat(new String(port.receiveAll(), StandardCharsets.UTF_8)).isEqualTo("own");
        }
        // Nothing listens on the first.
        try (ForwardedPort port = to(STALLED, "::1", "127.0.0.1")) {
            assertThat(port.awaitOpen()).isEmpty();
        }
    }

    @Test
    void saysThatNothingListensAndNeverReachesTheHost() throws Exception {
        try (ServerSocket ofHost = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            try (Socket direct = new Socket(ofHost.getInetAddress(), ofHost.getLocalPort())) {
                assertThat(direct.isConnected()).as("from outside of the jail").isTrue();
            }
            try (ForwardedPort port = to(ofHost.getLocalPort(), "127.0.0.1", "::1")) {
                assertThat(port.awaitOpen()).isEqualTo("refused");
            }
        }
        try (ForwardedPort port = to(CLOSED, "127.0.0.1")) {
            assertThat(port.awaitOpen()).isEqualTo("refused");
        }
        try (ForwardedPort port = new ForwardedPort(forwards, host.newId(), PORT, "127.0.0.1")) {
            assertThat(port.awaitOpen()).isEqualTo("gone");
        }
    }

    @Test
    void saysThatTheJailDidNotTakeAll() throws Exception {
        try (ForwardedPort port =
                to(PORT, definition.addresses().v4().orElseThrow().toString())) {
            assertThat(port.awaitOpen()).isEmpty();
            assertThatThrownBy(() -> port.send(new byte[MANY_BYTES]))
                    .isInstanceOfSatisfying(
                            StreamClosed.class, end -> assertThat(end.reason()).isEqualTo("reset"));
        }
    }

    @Test
    void endsWithTheJailWhichCanStartAgain() throws Exception {
        try (ForwardedPort port = to(STALLED, "127.0.0.1")) {
            assertThat(port.awaitOpen()).isEmpty();
            host.kernel.kill(jail);
            host.awaitEnd();
            assertThat(port.over.await(20, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(port.server::receive)
                    .isInstanceOfSatisfying(
                            StreamClosed.class, end -> assertThat(end.reason()).isEqualTo("gone"));
            host.kernel.release(jail);
            try (ForwardedPort later = to(STALLED, "127.0.0.1")) {
                assertThat(later.awaitOpen()).isEqualTo("gone");
            }
            // Its link and its addresses are free.
            host.start(jail, definition);
        }
    }

    @Test
    void endsThoughTheJailDoesNotRead() throws Exception {
        try (ForwardedPort port = to(STALLED, "127.0.0.1")) {
            assertThat(port.awaitOpen()).isEmpty();
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    port.send(new byte[MANY_BYTES]);
                } catch (StreamClosed withdrawn) {
                    // As it must.
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            assertThat(sender.join(Duration.ofSeconds(1)))
                    .as("the sender waits")
                    .isFalse();
            port.server.close(StreamClosed.WITHDRAWN, "");
            assertThat(port.over.await(2, TimeUnit.SECONDS)).isTrue();
            sender.join();
        }
    }
}
