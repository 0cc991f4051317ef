package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** {@code ssh -L} of OpenSSH with a running jail. On the client's side, sockets of Unix lead to the ports. */
@OnFleet
@Timeout(180)
class SshForwardsInJailsTest {

    private static final int MANY_BYTES = 8 << 20;
    private static final int PARALLEL = 20;
    private static final int SOME_BYTES = 256 << 10;

    /** Listens on ports of the jail, and serves each connection in a process of its own. */
    private static final String SERVER = """
            use IO::Socket::IP; $SIG{CHLD} = 'IGNORE'; $| = 1;
            sub serve { my ($port, $with) = @_;
                my $socket = IO::Socket::IP->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 64, ReuseAddr => 1) or die $!;
                return if fork; while (my $one = $socket->accept) { next if fork; $with->($one); exit } exit }
            sub echo { my $one = shift; my $some; while (sysread $one, $some, 65536) { print $one $some; $one->flush } }
            sub http { my $one = shift; while (<$one>) { last if /^\\r?$/ } print $one "HTTP/1.0 200 OK\\r\\n\\r\\nfrom the jail"; }
            serve(7070, \\&echo); serve(7071, sub { my $one = shift; print $one 'x' x 65536 while 1 }); serve(7080, \\&http);
            print qq(ready\\n); sleep 1000;
            """;

    @TempDir
    private Path directory;

    private Fleet fleet;
    private String keyId;
    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void startAJailWithServers(Fleet shared) throws Exception {
        for (String program : List.of("ssh", "ssh-keygen")) {
            assumeTrue(
                    Stream.of(System.getenv("PATH").split(":"))
                            .anyMatch(at -> Files.isExecutable(Path.of(at, program))),
                    program + " is missing: apt-get install openssh-client");
        }
        fleet = shared;
        ObjectNode definition = fleet.definition("forwarded", 96);
        definition.putArray("command").add("/usr/bin/perl").add("-e").add(SERVER);
        Jail jail = fleet.create(definition);
        assertThat(new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        keyId = fleet.operator()
                .post(
                        "ssh-keys",
                        "{\"key\": \""
                                + Files.readString(Path.of(key() + ".pub")).strip() + "\"}")
                .requireSuccess()
                .json()
                .get("id")
                .asString();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> fleet.operator()
                        .get("jails/" + jail.id() + "/logs")
                        .body()
                        .contains("ready"));
    }

    @AfterEach
    void endClients() {
        started.forEach(Process::destroyForcibly);
    }

    private String key() {
        return directory.resolve("key").toString();
    }

    /** Has ssh lead sockets, each named as its target, to these targets. */
    private void forward(String... targets) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "ssh",
                "-N",
                "-F",
                "/dev/null",
                "-i",
                key(),
                "-o",
                "IdentitiesOnly=yes",
                "-o",
                "BatchMode=yes",
                "-o",
                "StrictHostKeyChecking=accept-new",
                "-o",
                "UserKnownHostsFile=" + directory.resolve("known"),
                "-p",
                Integer.toString(fleet.sshPort())));
        for (String target : targets) {
            command.addAll(List.of("-L", socket(target) + ":" + target));
        }
        command.add(fleet.entry().login() + "+forwarded@127.0.0.1");
        started.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said().toFile())
                .start());
        await().atMost(Duration.ofSeconds(20))
                .until(() -> Stream.of(targets).allMatch(target -> Files.exists(socket(target))));
    }

    private Path said() {
        return directory.resolve("said");
    }

    private Path socket(String target) {
        return directory.resolve(target.replaceAll("[^a-z0-9.]", "-"));
    }

    private SocketChannel connect(String target) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket(target)));
        return channel;
    }

    /** Sends these bytes and the end, while it reads what comes until the end. */
    private byte[] exchange(String target, byte[] bytes) throws Exception {
        try (SocketChannel channel = connect(target)) {
            Thread sending = Thread.ofVirtual().start(() -> {
                try {
                    ByteBuffer left = ByteBuffer.wrap(bytes);
                    while (left.hasRemaining()) {
                        channel.write(left);
                    }
                    channel.shutdownOutput();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            byte[] received = Channels.newInputStream(channel).readAllBytes();
            sending.join();
            return received;
        }
    }

    private static byte[] some(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void carriesPagesAndManyBytes() throws Exception {
        forward("localhost:7080", "127.0.0.1:7070");
        assertThat(new String(
                        exchange("localhost:7080", "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
                        StandardCharsets.UTF_8))
                .startsWith("HTTP/1.0 200 OK")
                .endsWith("from the jail");
        byte[] many = some(MANY_BYTES, 1);
        assertThat(exchange("127.0.0.1:7070", many)).isEqualTo(many);
    }

    @Test
    void carriesManyConnectionsBesideOneThatIsNotRead() throws Exception {
        forward("localhost:7070", "localhost:7071");
        try (SocketChannel stalled = connect("localhost:7071");
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(stalled.read(ByteBuffer.allocate(1))).isEqualTo(1);
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < PARALLEL; i++) {
                byte[] bytes = some(SOME_BYTES, i);
                all.add(threads.submit(() -> Arrays.equals(exchange("localhost:7070", bytes), bytes)));
            }
            for (Future<Boolean> one : all) {
                assertThat(one.get()).isTrue();
            }
        }
    }

    @Test
    void leadsNowhereElse() throws Exception {
        String other = fleet.definition("other", 95).get("ip").asString();
        List<String> targets =
                List.of("169.254.169.254:80", "169.254.1.1:80", "10.0.0.1:22", other + ":80", "example.org:80");
        forward(targets.toArray(String[]::new));
        for (String target : targets) {
            try (SocketChannel channel = connect(target)) {
                assertThat(channel.read(ByteBuffer.allocate(1))).as(target).isEqualTo(-1);
            }
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(Files.readString(said()).split("Only ports of the jail itself", -1))
                        .hasSize(targets.size() + 1));
    }

    @Test
    void saysThatNothingListens() throws Exception {
        forward("localhost:7099");
        try (SocketChannel channel = connect("localhost:7099")) {
            assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(Files.readString(said()))
                        .contains("connect failed: Nothing listens on port 7099 of the jail."));
    }

    @Test
    void endsWhenTheKeyIsRemoved() throws Exception {
        forward("localhost:7070");
        try (SocketChannel channel = connect("localhost:7070")) {
            assertThat(channel.write(ByteBuffer.wrap(new byte[] {1}))).isEqualTo(1);
            assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(1);
            fleet.operator().delete("ssh-keys/" + keyId).requireSuccess();
            try (var reading = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<Integer> end = reading.submit(() -> channel.read(ByteBuffer.allocate(1)));
                assertThat(end).succeedsWithin(Duration.ofSeconds(2)).isEqualTo(-1);
            }
        }
    }
}
