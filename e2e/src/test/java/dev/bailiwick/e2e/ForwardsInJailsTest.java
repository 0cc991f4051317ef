package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Connections by WebSocket to ports of a running jail, and the client that the documentation shows. */
@OnFleet
@Timeout(180)
class ForwardsInJailsTest {

    private static final int MANY_BYTES = 8 << 20;
    private static final int PARALLEL = 20;
    private static final int SOME_BYTES = 256 << 10;
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration BOUND = Duration.ofSeconds(2);
    private static final byte[] GET = "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern EXAMPLE = Pattern.compile("(?ms)^```java\\n(// Forward\\.java.*?)^```$");

    /** Listens on ports of the jail, and serves each connection in a process of its own. 7072 answers only after the end of its input. */
    private static final String SERVER = """
            use IO::Socket::IP; use Digest::SHA; $SIG{CHLD} = 'IGNORE'; $| = 1;
            sub serve { my ($port, $with) = @_;
                my $socket = IO::Socket::IP->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 64, ReuseAddr => 1) or die $!;
                return if fork; while (my $one = $socket->accept) { next if fork; $with->($one); exit } exit }
            sub echo { my $one = shift; my $some; while (sysread $one, $some, 65536) { print $one $some; $one->flush } }
            sub sum { my $one = shift; my $sum = Digest::SHA->new(256); $sum->addfile($one); print $one $sum->hexdigest }
            sub http { my $one = shift; while (<$one>) { last if /^\\r?$/ } print $one "HTTP/1.0 200 OK\\r\\n\\r\\nfrom the jail"; }
            serve(7070, \\&echo); serve(7071, sub { my $one = shift; print $one 'x' x 65536 while 1 }); serve(7072, \\&sum);
            serve(7080, \\&http); print qq(ready\\n); sleep 1000;
            """;

    @TempDir
    private Path directory;

    private Fleet fleet;
    private Jail jail;
    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void startAJailWithServers(Fleet shared) {
        fleet = shared;
        ObjectNode definition = fleet.definition("reached", 96);
        definition.putArray("command").add("/usr/bin/perl").add("-e").add(SERVER);
        jail = fleet.create(definition);
        await().atMost(LONG)
                .until(() -> fleet.operator()
                        .get("jails/" + jail.id() + "/logs")
                        .body()
                        .contains("ready"));
    }

    @AfterEach
    void endClients() {
        started.forEach(Process::destroyForcibly);
    }

    private String path(int port) {
        return "jails/" + jail.id() + "/ports/" + port + "/forward";
    }

    private TunnelSocket open(int port) {
        return TunnelSocket.to(fleet.operator(), path(port));
    }

    /** Sends these bytes and the end, while it receives what comes until the end. */
    private byte[] exchange(int port, byte[] bytes) {
        try (TunnelSocket socket = open(port)) {
            byte[] received = socket.send(bytes).end().awaitEnd();
            assertThat(socket.closeCode()).isEqualTo(1000);
            return received;
        }
    }

    private static byte[] some(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void carryPagesAndManyBytesAndTheEndOfOneDirection() throws Exception {
        assertThat(new String(exchange(7080, GET), StandardCharsets.UTF_8))
                .startsWith("HTTP/1.0 200 OK")
                .endsWith("from the jail");
        byte[] many = some(MANY_BYTES, 1);
        assertThat(Arrays.equals(exchange(7070, many), many)).isTrue();
        assertThat(new String(exchange(7072, many), StandardCharsets.US_ASCII))
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(many)));
    }

    @Test
    void carryManyBesideOneThatIsNotRead() throws Exception {
        try (TunnelSocket stalled =
                        TunnelSocket.stalled(fleet.operator(), path(7071)).awaitBytes();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < PARALLEL; i++) {
                byte[] bytes = some(SOME_BYTES, i);
                all.add(threads.submit(() -> Arrays.equals(exchange(7070, bytes), bytes)));
            }
            for (Future<Boolean> one : all) {
                assertThat(one.get()).isTrue();
            }
            assertThat(stalled.closed()).isNotDone();
        }
    }

    @Test
    void sayThatNothingListens() {
        assertThat(open(7099).closeCode()).isEqualTo(4502);
    }

    @Test
    void takeATicketOnce() {
        String ticket = fleet.operator().post(path(7070) + "-ticket").text("ticket");
        try (TunnelSocket first =
                TunnelSocket.to(fleet.operator(), path(7070), ticket).awaitOpen()) {
            assertThat(TunnelSocket.to(fleet.operator(), path(7070), ticket).closeCode())
                    .isEqualTo(1013);
            assertThat(first.closed()).isNotDone();
        }
    }

    @Test
    void endWhenTheTokenIsRevoked() {
        JsonNode token = fleet.operator()
                .post(
                        "tokens",
                        "{\"name\": \"tunnel-" + UUID.randomUUID()
                                + "\", \"scopes\": [\"jails:read\", \"jails:console\"]}")
                .requireSuccess()
                .json();
        Api caller = fleet.operator().as(token.get("secret").asString());
        try (TunnelSocket idle = TunnelSocket.to(caller, path(7070)).awaitOpen();
                TunnelSocket busy = TunnelSocket.to(caller, path(7071)).awaitBytes()) {
            fleet.operator().delete("tokens/" + token.get("id").asString()).requireSuccess();
            assertThat(idle.closed()).succeedsWithin(BOUND).isEqualTo(4401);
            assertThat(busy.closed()).succeedsWithin(BOUND).isEqualTo(4401);
        }
    }

    @Test
    void endWhenTheJailStops() {
        try (TunnelSocket socket = open(7070).awaitOpen()) {
            fleet.operator().post("jails/" + jail.id() + "/stop?wait=1m").requireSuccess();
            assertThat(socket.closeCode()).isEqualTo(4404);
        }
        assertThat(fleet.operator().post(path(7070) + "-ticket").status()).isEqualTo(409);
    }

    @Test
    void areOpenedByTheClientOfTheDocumentation() throws Exception {
        Matcher example = EXAMPLE.matcher(Files.readString(Path.of("../docs/api.md")));
        assertThat(example.find()).isTrue();
        Path source = Files.writeString(directory.resolve("Forward.java"), example.group(1));
        Path trusted = TrustStore.save(fleet.authority(), directory.resolve("trusted.p12"));
        int port = Ports.take();
        ProcessBuilder client = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djavax.net.ssl.trustStore=" + trusted,
                "-Djavax.net.ssl.trustStorePassword=" + TrustStore.PASSWORD,
                source.toString(),
                fleet.origin().toString(),
                jail.id().toString(),
                "7080",
                Integer.toString(port));
        client.environment().put("BAILIWICK_TOKEN", fleet.entry().token());
        started.add(client.redirectErrorStream(true)
                .redirectOutput(directory.resolve("said").toFile())
                .start());
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> {
                    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        OutputStream to = socket.getOutputStream();
                        to.write(GET);
                        socket.shutdownOutput();
                        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                                .endsWith("from the jail");
                    }
                });
    }
}
