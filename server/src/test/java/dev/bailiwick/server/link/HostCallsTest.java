package dev.bailiwick.server.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.question.HostAnswer.PathVerdict;
import dev.bailiwick.jail.question.HostReply;
import dev.bailiwick.jail.question.HostReply.Reason;
import dev.bailiwick.jail.question.HostReply.Unanswered;
import dev.bailiwick.protocol.QuestionWire;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.PathQuestion;
import dev.bailiwick.protocol.v1.Question;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.server.bounds.Bound;
import io.grpc.Status;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Questions to hosts that are connected to this server, and to hosts that are connected to another server with the same database. */
class HostCallsTest extends AskedHosts {

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
        assertThat(asked.get(60, TimeUnit.SECONDS)).isEqualTo(answer);

        say(stream, answer.toBuilder().setUnknownFields(later(300_000)).build());
        assertThat(stream.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
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
}
