package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.bailiwick.agent.kernel.FilesReport;
import dev.bailiwick.agent.link.KeptFigures;
import dev.bailiwick.agent.link.LocalHost;
import dev.bailiwick.agent.link.ServerLink;
import dev.bailiwick.agent.link.identity.Enrolment;
import dev.bailiwick.agent.link.identity.Identity;
import dev.bailiwick.agent.link.identity.JoinRefused;
import dev.bailiwick.agent.link.identity.JoinToken;
import dev.bailiwick.agent.link.identity.ServerAddress;
import dev.bailiwick.agent.link.state.DesiredStates;
import dev.bailiwick.agent.link.stream.StreamKinds;
import dev.bailiwick.agent.link.stream.StreamRefused;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;
import dev.bailiwick.jail.question.HostReply;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import dev.bailiwick.server.BailiwickServer;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.HostCalls;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.host.HostStreams;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.host.certificate.JoinTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;

/** Both ends of the link, over mutual TLS, with a real database. */
class LinkTest {

    private static final Caller OPERATOR = Caller.staff(new UserId(UUID.randomUUID()), "ops", Role.OWNER);

    private static final HostFacts FACTS =
            new HostFacts("6.18", "x86_64", "Debian", 2, 4L << 30, "boot", "/jails", List.of());

    private static Path serverDirectory;
    private static int port;
    private static int databasePort;
    private static ConfigurableApplicationContext server;

    @TempDir
    private Path state;

    private final BlockingQueue<StateChange> handedOver = new LinkedBlockingQueue<>();
    private final StreamKinds streams = new StreamKinds();
    private Host host;
    private JoinToken token;

    @BeforeAll
    static void startServer() throws IOException {
        // Spring Boot would not start with the agent's logging, which is also on the class path.
        System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
        // PostgreSQL does not run as root, and its user must be able to reach this directory.
        serverDirectory = Files.createTempDirectory(
                Path.of("/var/tmp"),
                "bailiwick-link",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        port = Ports.take();
        databasePort = Ports.take();
        server = run();
    }

    private static ConfigurableApplicationContext run() {
        return new SpringApplicationBuilder(BailiwickServer.class)
                .web(WebApplicationType.NONE)
                .run(
                        "--bailiwick.database.embedded-directory=" + serverDirectory.resolve("postgres"),
                        "--bailiwick.database.port=" + databasePort,
                        "--bailiwick.secret-file=" + serverDirectory.resolve("secret"),
                        "--bailiwick.link.address=127.0.0.1:" + port);
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.close();
        FileSystemUtils.deleteRecursively(serverDirectory);
    }

    @BeforeEach
    void defineHost() {
        host = server.getBean(Hosts.class).define(OPERATOR, new HostName("h" + UUID.randomUUID()));
        token = JoinToken.parse(server.getBean(JoinTokens.class).issue(host.id()));
    }

    @AfterEach
    void nothingIsLeftToHandOver() {
        assertThat(handedOver).isEmpty();
    }

    private Identity join() throws IOException {
        return Enrolment.join(new ServerAddress("127.0.0.1", port), token, state);
    }

    private ServerLink link(Identity identity) throws IOException {
        return ServerLink.of(
                identity,
                DesiredStates.read(state),
                new LocalHost(
                        "test",
                        () -> FACTS,
                        _ -> new HostAnswer.PathVerdict(Optional.empty()),
                        List::of,
                        () -> FilesReport.NONE,
                        KeptFigures.NONE,
                        List::of,
                        streams));
    }

    private boolean connected() {
        return server.getBean(Hosts.class).find(host.id()).orElseThrow().connected();
    }

    @Test
    void hostJoinsOnceAndKeepsItsIdentityToItself() throws Exception {
        Identity identity = join();
        assertThat(identity.hostId()).isEqualTo(host.id().toString());
        assertThat(Identity.in(state)).hasValueSatisfying(kept -> {
            assertThat(kept.certificate()).isEqualTo(identity.certificate());
            assertThat(kept.key()).isEqualTo(identity.key());
        });
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("identity.pem"))))
                .isEqualTo("rw-------");
        assertThatThrownBy(this::join).isInstanceOf(JoinRefused.class).hasMessageContaining("used");
    }

    @Test
    void refusesToJoinServerThatIsNotTheTokens() {
        JoinToken other = JoinToken.parse(token.text().substring(0, 48) + "0".repeat(64));
        assertThatThrownBy(() -> Enrolment.join(new ServerAddress("127.0.0.1", port), other, state))
                .isInstanceOf(JoinRefused.class)
                .hasMessageContaining("not the one the token is for");
        assertThat(state).isEmptyDirectory();
    }

    @Test
    void agentIsBackSoonAfterTheServerIs() throws Exception {
        try (ServerLink link = link(join())) {
            link.start(handedOver::add);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(this::connected);
            assertThat(handedOver.poll(60, TimeUnit.SECONDS)).isEqualTo(new StateChange(0, List.of(), List.of()));

            server.close();
            server = run();
            long started = System.nanoTime();
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(this::connected);
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(15));
            assertThat(handedOver.poll(60, TimeUnit.SECONDS)).isEqualTo(new StateChange(0, List.of(), List.of()));
        }
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !connected());
    }

    private static StreamRequest request() {
        return new StreamRequest.Attach(new JailId(UUID.randomUUID()), ExecId.random(), 0, "anna");
    }

    private ByteStream open() {
        return server.getBean(HostStreams.class).open(host.id(), request());
    }

    private void connect(ServerLink link) throws Exception {
        link.start(handedOver::add);
        assertThat(handedOver.poll(60, TimeUnit.SECONDS)).isEqualTo(new StateChange(0, List.of(), List.of()));
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(this::connected);
    }

    /** Sends back what comes, and then 20 MB of its own. */
    private static void echo(StreamRequest.Attach attach, ByteStream stream) throws InterruptedException {
        Optional<ByteString> next = stream.receive();
        while (next.isPresent()) {
            stream.send(next.get());
            next = stream.receive();
        }
        ByteString chunk = ByteString.copyFrom(new byte[50_000]);
        for (int i = 0; i < 400; i++) {
            stream.send(chunk);
        }
        stream.close("echoed", attach.session().toString());
    }

    @Test
    void carriesStreamsOfBytesOverAConnectionOfTheirOwn() throws Exception {
        streams.with("attach", StreamRequest.Attach.class, LinkTest::echo);
        try (ServerLink link = link(join())) {
            connect(link);
            try (ByteStream stream = open()) {
                stream.send(ByteString.copyFromUtf8("first"));
                assertThat(stream.receive()).contains(ByteString.copyFromUtf8("first"));
                stream.end();
                int bytes = 0;
                StreamClosed closed = null;
                while (closed == null) {
                    try {
                        bytes += stream.receive().orElseThrow().size();
                    } catch (StreamClosed e) {
                        closed = e;
                    }
                }
                assertThat(bytes).isEqualTo(20_000_000);
                assertThat(closed.reason()).isEqualTo("echoed");
            }
        }
    }

    @Test
    void streamsThatNobodyReadsChangeNothingForTheLink() throws Exception {
        streams.with("attach", StreamRequest.Attach.class, (attach, stream) -> {
            ByteString chunk = ByteString.copyFrom(new byte[60_000]);
            while (true) {
                stream.send(chunk);
            }
        });
        try (ServerLink link = link(join())) {
            connect(link);
            long before = slowestAnswer();
            List<ByteStream> stalled = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                stalled.add(open());
            }
            long during = slowestAnswer();
            // The time of a wait for the window of a stream would have no end.
            assertThat(during).isLessThan(before + 5_000);
            for (ByteStream stream : stalled) {
                assertThat(stream.receive()).isPresent();
                stream.close();
            }
        }
    }

    /** Returns the slowest of 300 answers of the host, in milliseconds. */
    private long slowestAnswer() {
        HostCalls calls = server.getBean(HostCalls.class);
        long slowest = 0;
        for (int i = 0; i < 300; i++) {
            long asked = System.nanoTime();
            assertThat(calls.ask(
                            host.id(),
                            new HostQuestion.MayUsePath(new RootPath("/jails/x"), new Base.Thin()),
                            Duration.ofSeconds(10)))
                    .isInstanceOf(HostReply.Answered.class);
            slowest = Math.max(slowest, System.nanoTime() - asked);
        }
        return TimeUnit.NANOSECONDS.toMillis(slowest);
    }

    @Test
    void saysWhyAStreamEndsWithTheAgentOrFails() throws Exception {
        streams.with("attach", StreamRequest.Attach.class, (attach, stream) -> {
            stream.send(ByteString.EMPTY);
            if (stream.receive().isPresent()) {
                throw new StreamRefused("gone", "there is no such session");
            }
        });
        ByteStream waiting;
        try (ServerLink link = link(join())) {
            connect(link);
            try (ByteStream refused = open()) {
                refused.send(ByteString.EMPTY);
                assertThat(refused.receive()).isPresent();
                assertThatThrownBy(refused::receive).hasMessage("gone: there is no such session");
            }
            waiting = open();
            // The agent carries it now.
            assertThat(waiting.receive()).isPresent();
        }
        assertThatThrownBy(waiting::receive).hasMessage("stopping: the agent of the host ends");
    }
}
