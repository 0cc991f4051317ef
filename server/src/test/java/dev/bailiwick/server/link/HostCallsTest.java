package dev.bailiwick.server.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import dev.bailiwick.protocol.v1.PathQuestion;
import dev.bailiwick.protocol.v1.Question;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.server.BailiwickServer;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.TestDatabase;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.host.HostCalls;
import dev.bailiwick.server.host.HostConnections;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.host.SessionId;
import dev.bailiwick.server.host.certificate.Authority;
import dev.bailiwick.server.host.certificate.JoinTokens;
import io.grpc.Status;
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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Questions to hosts that are connected to this server, and to hosts that are connected to another server with the same database. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Import(TestDatabase.class)
class HostCallsTest {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final MayUsePath QUESTION = new MayUsePath(new RootPath("/jails/x"), new Base.Thin());

    private static @Nullable ConfigurableApplicationContext other;

    @Autowired
    private LinkServer server;

    @Autowired
    private Authority authority;

    @Autowired
    private Hosts hosts;

    @Autowired
    private HostConnections connections;

    @Autowired
    private JoinTokens tokens;

    @Autowired
    private HostCalls calls;

    @Autowired
    private CallRelay relay;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private JdbcConnectionDetails database;

    private final List<RawAgent> agents = new ArrayList<>();
    private final ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor();
    private HostId host = new HostId(UUID.randomUUID());

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
        }
    }

    /** Another server with the same database. */
    private LinkServer otherServer() {
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

    private HostId newHost() {
        return hosts.define(Fleet.OPERATOR, new HostName("h" + UUID.randomUUID()))
                .id();
    }

    private long rows() {
        return jdbc.sql("SELECT count(*) FROM host_question").query(Long.class).single();
    }

    private X509Certificate join(HostId as, KeyPair keys) throws Exception {
        RawAgent stranger = RawAgent.stranger(authority.certificate(), server.port());
        agents.add(stranger);
        JoinResponse joined = stranger.join(tokens.issue(as), RawAgent.request(keys));
        return RawAgent.certificate(joined.getCertificate());
    }

    private RawAgent.Stream connect(LinkServer to, HostId as, Hello hello) throws Exception {
        KeyPair keys = RawAgent.keys("secp256r1");
        return connect(to, keys, join(as, keys), hello);
    }

    private RawAgent.Stream connect(LinkServer to, KeyPair keys, X509Certificate certificate, Hello hello)
            throws Exception {
        RawAgent agent = RawAgent.of(keys, certificate, authority.certificate(), to.port());
        agents.add(agent);
        RawAgent.Stream stream = agent.greet(hello);
        assertThat(stream.next().hasWelcome()).isTrue();
        return stream;
    }

    private RawAgent.Stream connect(LinkServer to) throws Exception {
        return connect(to, host, hello());
    }

    private static Hello hello() {
        return RawAgent.hello(0).toBuilder().addAllAnswers(QuestionWire.KINDS).build();
    }

    private Future<HostReply<PathVerdict>> ask(Duration limit) {
        return asking.submit(() -> calls.ask(host, QUESTION, limit));
    }

    private static HostReply<PathVerdict> reply(Future<HostReply<PathVerdict>> asked) throws Exception {
        return asked.get(20, TimeUnit.SECONDS);
    }

    private static Question nextQuestion(RawAgent.Stream stream) throws InterruptedException {
        ServerMessage message = stream.next();
        while (!message.hasQuestion()) {
            message = stream.next();
        }
        return message.getQuestion();
    }

    private static void answer(RawAgent.Stream stream, String question, String refusal) {
        say(stream, QuestionWire.toWire(question, new PathVerdict(Optional.of(refusal))));
    }

    private static void say(RawAgent.Stream stream, Answer answer) {
        stream.say(AgentMessage.newBuilder().setAnswer(answer).build());
    }

    private static Answered<PathVerdict> refusal(String text) {
        return new Answered<>(new PathVerdict(Optional.of(text)));
    }

    private static Reason reason(HostReply<PathVerdict> reply) {
        return switch (reply) {
            case Unanswered<PathVerdict>(Reason reason, String _) -> reason;
            case Answered<PathVerdict> answered -> throw new AssertionError("was answered: " + answered);
        };
    }

    @Test
    void asksAHostThatIsConnectedHere() throws Exception {
        RawAgent.Stream stream = connect(server);
        Future<HostReply<PathVerdict>> asked = ask(LONG);
        Question question = nextQuestion(stream);
        assertThat(question.getPath().getPath()).isEqualTo("/jails/x");
        assertThat(question.getLimitMillis()).isEqualTo(60_000);
        answer(stream, question.getQuestionId(), "leaves /jails");
        assertThat(reply(asked)).isEqualTo(refusal("leaves /jails"));
    }

    @Test
    void asksAHostThatIsConnectedToAnotherServer() throws Exception {
        RawAgent.Stream stream = connect(otherServer());
        Future<HostReply<PathVerdict>> asked = ask(LONG);
        Question question = nextQuestion(stream);
        assertThat(question.getPath().getPath()).isEqualTo("/jails/x");
        assertThat(question.getLimitMillis()).as("the remaining time").isBetween(30_000, 60_000);
        answer(stream, question.getQuestionId(), "leaves /jails");
        assertThat(reply(asked)).isEqualTo(refusal("leaves /jails"));
    }

    @Test
    void asksAHostOfTheVersionBeforeInItsOwnWords() throws Exception {
        RawAgent.Stream stream = connect(server, host, RawAgent.hello(0));
        Future<HostReply<PathVerdict>> asked = ask(LONG);
        ServerMessage message = stream.next();
        while (!message.hasPathQuestion()) {
            message = stream.next();
        }
        PathQuestion question = message.getPathQuestion();
        assertThat(question.getPath()).isEqualTo("/jails/x");
        var verdict = dev.bailiwick.protocol.v1.PathVerdict.newBuilder()
                .setQuestionId(question.getQuestionId())
                .setRefusal("leaves /jails");
        stream.say(AgentMessage.newBuilder().setPathVerdict(verdict).build());
        assertThat(reply(asked)).isEqualTo(refusal("leaves /jails"));
    }

    @Test
    void saysAtOnceThatAHostDoesNotKnowTheKind() throws Exception {
        for (LinkServer to : List.of(server, otherServer())) {
            host = newHost();
            connect(to, host, RawAgent.hello(0).toBuilder().addAnswers("tides").build());
            assertThat(reason(reply(ask(LONG)))).isEqualTo(Reason.UNSUPPORTED);
        }
    }

    @Test
    void passesOnWhyAHostDoesNotAnswer() throws Exception {
        for (LinkServer to : List.of(server, otherServer())) {
            host = newHost();
            RawAgent.Stream stream = connect(to);
            for (Reason reason : Reason.values()) {
                Future<HostReply<PathVerdict>> asked = ask(LONG);
                say(stream, QuestionWire.unanswered(nextQuestion(stream).getQuestionId(), reason, "because"));
                assertThat(reply(asked)).isEqualTo(new Unanswered<PathVerdict>(reason, "because"));
            }
        }
    }

    @Test
    void saysThatAHostIsAway() throws Exception {
        assertThat(reason(reply(ask(LONG)))).isEqualTo(Reason.AWAY);
        for (LinkServer to : List.of(server, otherServer())) {
            host = newHost();
            RawAgent.Stream stream = connect(to);
            Future<HostReply<PathVerdict>> asked = ask(LONG);
            nextQuestion(stream);
            stream.leave();
            assertThat(reason(reply(asked)))
                    .as("the host disconnected before it answered")
                    .isEqualTo(Reason.AWAY);
            await().untilAsserted(() -> assertThat(reason(reply(ask(LONG)))).isEqualTo(Reason.AWAY));
        }
    }

    /** As when the host's stream ends just before its replica takes the question. */
    @Test
    void saysThatAHostIsAwayThatDisconnectedBeforeAnybodyTookTheQuestion() throws Exception {
        SessionId session = SessionId.random();
        connections.connected(host, session, "test", Fleet.Fixtures.facts(), 0, LONG);
        Future<HostReply<PathVerdict>> asked = ask(LONG);
        await().until(() -> jdbc.sql("SELECT count(*) FROM host_question WHERE host_id = ?")
                        .param(host.value())
                        .query(Integer.class)
                        .single()
                == 1);

        connections.disconnected(host, session);

        assertThat(reason(reply(asked))).isEqualTo(Reason.AWAY);
    }

    @Test
    void waitsNoLongerThanTheLimit() throws Exception {
        for (LinkServer to : List.of(server, otherServer())) {
            host = newHost();
            RawAgent.Stream stream = connect(to);
            Future<HostReply<PathVerdict>> asked = ask(Duration.ofMillis(700));
            String late = nextQuestion(stream).getQuestionId();
            assertThat(reason(reply(asked))).isEqualTo(Reason.TIMED_OUT);
            answer(stream, late, "too late");

            asked = ask(LONG);
            answer(stream, nextQuestion(stream).getQuestionId(), "in time");
            assertThat(reply(asked)).isEqualTo(refusal("in time"));
        }
        assertThatThrownBy(() -> calls.ask(host, QUESTION, Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> calls.ask(host, QUESTION, LONG.plusMillis(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** The session of a host stays in the database for a while after its replica died. */
    @Test
    void waitsNoLongerThanTheLimitForAServerThatDied() throws Exception {
        connections.connected(host, SessionId.random(), "test", Fleet.Fixtures.facts(), 0, LONG);
        assertThat(reason(reply(ask(Duration.ofMillis(300))))).isEqualTo(Reason.TIMED_OUT);
    }

    @Test
    void boundsTheQuestionsToAHost() throws Exception {
        for (LinkServer to : List.of(server, otherServer())) {
            host = newHost();
            RawAgent.Stream stream = connect(to);
            List<Future<HostReply<PathVerdict>>> open = IntStream.range(0, Bound.QUESTIONS_TO_A_HOST.value())
                    .mapToObj(_ -> ask(LONG))
                    .toList();
            List<String> ids = new ArrayList<>();
            while (ids.size() < open.size()) {
                ids.add(nextQuestion(stream).getQuestionId());
            }
            assertThat(reason(reply(ask(LONG)))).isEqualTo(Reason.OVERLOADED);
            ids.forEach(id -> answer(stream, id, "leaves /jails"));
            for (Future<HostReply<PathVerdict>> asked : open) {
                assertThat(reply(asked)).isEqualTo(refusal("leaves /jails"));
            }
            Future<HostReply<PathVerdict>> asked = ask(LONG);
            answer(stream, nextQuestion(stream).getQuestionId(), "again");
            assertThat(reply(asked)).isEqualTo(refusal("again"));
        }
    }

    /** A notification holds 8,000 bytes. A server passes on fields that it does not know, as the asking server may know them. */
    @Test
    void carriesMoreThanANotificationHolds() throws Exception {
        RawAgent.Stream stream = connect(otherServer());
        Question large = QuestionWire.toWire(UUID.randomUUID(), QUESTION, LONG).toBuilder()
                .setUnknownFields(later(20_000))
                .build();
        Future<Answer> asked = asking.submit(() -> relay.ask(host, large));
        Question question = nextQuestion(stream);
        assertThat(question.getUnknownFields()).isEqualTo(large.getUnknownFields());
        Answer answer = Answer.newBuilder()
                .setQuestionId(question.getQuestionId())
                .setUnknownFields(later(200_000))
                .build();
        say(stream, answer);
        assertThat(asked.get(20, TimeUnit.SECONDS)).isEqualTo(answer);

        say(stream, answer.toBuilder().setUnknownFields(later(300_000)).build());
        assertThat(stream.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    private static UnknownFieldSet later(int bytes) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        500,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFrom(new byte[bytes]))
                                .build())
                .build();
    }

    @Test
    void ignoresAnswersOfAnotherHost() throws Exception {
        HostId thief = newHost();
        KeyPair keys = RawAgent.keys("secp256r1");
        X509Certificate certificate = join(thief, keys);
        List<RawAgent.Stream> thieves = List.of(
                connect(server, keys, certificate, hello()), connect(otherServer(), keys, certificate, hello()));
        for (LinkServer to : List.of(server, otherServer())) {
            host = newHost();
            RawAgent.Stream stream = connect(to);
            Future<HostReply<PathVerdict>> asked = ask(LONG);
            String id = nextQuestion(stream).getQuestionId();
            for (RawAgent.Stream stolen : thieves) {
                answer(stolen, id, "stolen");
                awaitAllTaken(stolen);
            }
            assertThat(asked).isNotDone();
            answer(stream, id, "honest");
            assertThat(reply(asked)).isEqualTo(refusal("honest"));
        }
    }

    /** Waits until the earlier messages were handled: a session handles one message after another, and has answered a later one. */
    private static void awaitAllTaken(RawAgent.Stream stream) throws InterruptedException {
        String run = UUID.randomUUID().toString();
        stream.say(AgentMessage.newBuilder()
                .setDenials(Denials.newBuilder().setRun(run).setSequence(1))
                .build());
        ServerMessage next = stream.next();
        while (!next.getDenialsTaken().getRun().equals(run)) {
            next = stream.next();
        }
    }

    /** If the network breaks silently and the host connects to another server, the stream here is outdated. */
    @Test
    void asksByTheLatestStreamOfAHost() throws Exception {
        KeyPair keys = RawAgent.keys("secp256r1");
        X509Certificate certificate = join(host, keys);
        RawAgent.Stream dead = connect(server, keys, certificate, hello());
        RawAgent.Stream alive = connect(otherServer(), keys, certificate, hello());
        Future<HostReply<PathVerdict>> asked = ask(LONG);
        answer(alive, nextQuestion(alive).getQuestionId(), "leaves /jails");
        assertThat(reply(asked)).isEqualTo(refusal("leaves /jails"));
        dead.leave();
    }

    @Test
    void findsAnAnswerWhoseNotificationWasLost() throws Exception {
        RawAgent.Stream stream = connect(otherServer());
        Future<HostReply<PathVerdict>> asked = ask(LONG);
        String id = nextQuestion(stream).getQuestionId();
        // The connection of this server, which started first.
        assertThat(jdbc.sql("""
                        SELECT count(pg_terminate_backend(pid)) FROM (
                            SELECT pid FROM pg_stat_activity
                            WHERE application_name = 'bailiwick notifications' AND datname = current_database()
                            ORDER BY backend_start LIMIT 1) AS here
                        """).query(Integer.class).single()).isEqualTo(1);
        answer(stream, id, "leaves /jails");
        assertThat(reply(asked)).isEqualTo(refusal("leaves /jails"));
    }

    @Test
    void clearsAwayWhatAServerThatDiedHadAsked() throws Exception {
        RawAgent.Stream stream = connect(otherServer());
        jdbc.sql("""
                        INSERT INTO host_question (id, host_id, question, expires_at)
                        VALUES (gen_random_uuid(), ?, '', now() - interval '2 minutes')
                        """).param(host.value()).update();
        Future<HostReply<PathVerdict>> asked = ask(LONG);
        String id = nextQuestion(stream).getQuestionId();
        assertThat(rows()).isEqualTo(1);
        answer(stream, id, "leaves /jails");
        assertThat(reply(asked)).isEqualTo(refusal("leaves /jails"));
    }

    /** The next question deletes the rows of earlier ones. */
    @Test
    void keepsNoAnswerThatNobodyWaitsFor() throws Exception {
        RawAgent.Stream stream = connect(otherServer());
        Future<HostReply<PathVerdict>> asked = ask(LONG);
        String id = nextQuestion(stream).getQuestionId();
        jdbc.sql("DELETE FROM host_question").update();
        answer(stream, id, "to nobody");
        Future<HostReply<PathVerdict>> next = ask(LONG);
        answer(stream, nextQuestion(stream).getQuestionId(), "leaves /jails");
        assertThat(reply(next)).isEqualTo(refusal("leaves /jails"));
        assertThat(rows()).isZero();
        assertThat(asked.cancel(true)).isTrue();
    }
}
