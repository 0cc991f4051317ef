package dev.bailiwick.server.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.question.HostAnswer.PathVerdict;
import dev.bailiwick.jail.question.HostQuestion.MayUsePath;
import dev.bailiwick.jail.question.HostReply;
import dev.bailiwick.jail.question.HostReply.Answered;
import dev.bailiwick.jail.question.HostReply.Reason;
import dev.bailiwick.jail.question.HostReply.Unanswered;
import dev.bailiwick.protocol.QuestionWire;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.Denials;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.JoinResponse;
import dev.bailiwick.protocol.v1.Question;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.server.BailiwickServer;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.TestDatabase;
import dev.bailiwick.server.host.HostCalls;
import dev.bailiwick.server.host.HostConnections;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.host.certificate.Authority;
import dev.bailiwick.server.host.certificate.JoinTokens;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Hosts that are connected to this server or to another one with the same database, and questions to them. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Import(TestDatabase.class)
abstract class AskedHosts {

    static final Duration LONG = Duration.ofMinutes(1);
    static final MayUsePath QUESTION = new MayUsePath(new RootPath("/jails/x"), new Base.Thin());
    static @Nullable ConfigurableApplicationContext other;

    @Autowired
    LinkServer server;

    @Autowired
    Authority authority;

    @Autowired
    Hosts hosts;

    @Autowired
    HostConnections connections;

    @Autowired
    JoinTokens tokens;

    @Autowired
    HostCalls calls;

    @Autowired
    CallRelay relay;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    JdbcConnectionDetails database;

    final List<RawAgent> agents = new ArrayList<>();
    final ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor();
    HostId host = new HostId(UUID.randomUUID());

    @BeforeEach
    void defineHost() {
        host = newHost();
    }

    @AfterEach
    void close() {
        agents.forEach(RawAgent::close);
        asking.shutdownNow();
        await().untilAsserted(() -> assertThat(rows()).as("remaining rows").isZero());
    }

    @AfterAll
    static void stopOtherServer() {
        if (other != null) {
            other.close();
            other = null;
        }
    }

    /** Another server with the same database. */
    LinkServer otherServer() {
        if (other == null) {
            other = new SpringApplicationBuilder(BailiwickServer.class)
                    .web(WebApplicationType.NONE)
                    .run(
                            "--spring.datasource.url=" + database.getJdbcUrl(),
                            "--spring.datasource.username=" + database.getUsername(),
                            "--spring.datasource.password=" + database.getPassword());
        }
        return other.getBean(LinkServer.class);
    }

    HostId newHost() {
        return hosts.define(Fleet.OPERATOR, new HostName("h" + UUID.randomUUID()))
                .id();
    }

    long rows() {
        return jdbc.sql("SELECT count(*) FROM host_question").query(Long.class).single();
    }

    X509Certificate join(HostId as, KeyPair keys) throws Exception {
        RawAgent stranger = RawAgent.stranger(authority.certificate(), server.port());
        agents.add(stranger);
        JoinResponse joined = stranger.join(tokens.issue(as), RawAgent.request(keys));
        return RawAgent.certificate(joined.getCertificate());
    }

    RawAgent.Stream connect(LinkServer to, HostId as, Hello hello) throws Exception {
        KeyPair keys = RawAgent.keys("secp256r1");
        return connect(to, keys, join(as, keys), hello);
    }

    RawAgent.Stream connect(LinkServer to, KeyPair keys, X509Certificate certificate, Hello hello) throws Exception {
        RawAgent agent = RawAgent.of(keys, certificate, authority.certificate(), to.port());
        agents.add(agent);
        RawAgent.Stream stream = agent.greet(hello);
        assertThat(stream.next().hasWelcome()).isTrue();
        return stream;
    }

    RawAgent.Stream connect(LinkServer to) throws Exception {
        return connect(to, host, hello());
    }

    static Hello hello() {
        return RawAgent.hello(0).toBuilder().addAllAnswers(QuestionWire.KINDS).build();
    }

    Future<HostReply<PathVerdict>> ask(Duration limit) {
        return asking.submit(() -> calls.ask(host, QUESTION, limit));
    }

    static HostReply<PathVerdict> reply(Future<HostReply<PathVerdict>> asked) throws Exception {
        return asked.get(60, TimeUnit.SECONDS);
    }

    static Question nextQuestion(RawAgent.Stream stream) throws InterruptedException {
        ServerMessage message = stream.next();
        while (!message.hasQuestion()) {
            message = stream.next();
        }
        return message.getQuestion();
    }

    static void answer(RawAgent.Stream stream, String question, String refusal) {
        say(stream, QuestionWire.toWire(question, new PathVerdict(Optional.of(refusal))));
    }

    static void say(RawAgent.Stream stream, Answer answer) {
        stream.say(AgentMessage.newBuilder().setAnswer(answer).build());
    }

    static Answered<PathVerdict> refusal(String text) {
        return new Answered<>(new PathVerdict(Optional.of(text)));
    }

    static Reason reason(HostReply<PathVerdict> reply) {
        return switch (reply) {
            case Unanswered<PathVerdict>(Reason reason, String _) -> reason;
            case Answered<PathVerdict> answered -> throw new AssertionError("was answered: " + answered);
        };
    }

    static UnknownFieldSet later(int bytes) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        500,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFrom(new byte[bytes]))
                                .build())
                .build();
    }

    /** Waits until the earlier messages were handled: a session handles one message after another, and has answered a later one. */
    static void awaitAllTaken(RawAgent.Stream stream) throws InterruptedException {
        String run = UUID.randomUUID().toString();
        stream.say(AgentMessage.newBuilder()
                .setDenials(Denials.newBuilder().setRun(run).setSequence(1))
                .build());
        ServerMessage next = stream.next();
        while (!next.getDenialsTaken().getRun().equals(run)) {
            next = stream.next();
        }
    }
}
