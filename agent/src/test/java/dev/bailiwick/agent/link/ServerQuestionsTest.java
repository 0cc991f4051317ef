package dev.bailiwick.agent.link;

import static dev.bailiwick.agent.link.Jails.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.bailiwick.agent.link.identity.ServerAddress;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.DialQuestion;
import dev.bailiwick.protocol.v1.PathQuestion;
import dev.bailiwick.protocol.v1.Question;
import dev.bailiwick.protocol.v1.RootPathQuestion;
import dev.bailiwick.protocol.v1.RootPathVerdict;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.Unanswered;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Questions that the server asks a host. */
class ServerQuestionsTest extends LinkedAgent {

    @Test
    void answersEachQuestion() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = server.stream();
        assertThat(stream.next().getHello().getAnswersList())
                .containsExactly(
                        "path", "command", "rules", "session", "sessions", "session_end", "files", "log", "dial");
        stream.welcome(60_000);
        stream.say(pathQuestion("1", "/jails/good"));
        stream.say(pathQuestion("2", "/jails/bad"));
        stream.say(pathQuestion("3", "relative"));
        stream.say(pathQuestion("4", "/jails/broken"));
        stream.say(unknownQuestion("5"));

        assertThat(stream.next().getAnswer())
                .isEqualTo(Answer.newBuilder()
                        .setQuestionId("1")
                        .setPath(RootPathVerdict.getDefaultInstance())
                        .build());
        assertThat(stream.next().getAnswer())
                .isEqualTo(Answer.newBuilder()
                        .setQuestionId("2")
                        .setPath(RootPathVerdict.newBuilder().setRefusal("leaves /jails"))
                        .build());
        assertThat(stream.next().getAnswer().getUnanswered())
                .isEqualTo(unanswered("refused", "path must be an absolute path below '/'"));
        assertThat(stream.next().getAnswer().getUnanswered())
                .isEqualTo(unanswered("failed", "java.lang.IllegalStateException: the file system is broken"));
        Answer unknown = stream.next().getAnswer();
        assertThat(unknown.getQuestionId()).isEqualTo("5");
        assertThat(unknown.getUnanswered())
                .isEqualTo(unanswered("unsupported", "this agent does not know this kind of question"));
    }

    @Test
    void saysWhenTooManyQuestionsWaitAndAnswersNoneThatNobodyWaitsFor() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        stream.say(pathQuestion("slow", "/jails/slow"));
        assertThat(blocked.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
        stream.say(question("late", "/jails/good", 0));
        for (int n = 1; n < 64; n++) {
            stream.say(pathQuestion("waiting" + n, "/jails/good"));
        }
        stream.say(pathQuestion("one too many", "/jails/good"));

        Answer first = stream.next().getAnswer();
        assertThat(first.getQuestionId()).isEqualTo("one too many");
        assertThat(first.getUnanswered().getReason()).isEqualTo("overloaded");
        unblock.release();
        assertThat(stream.next().getAnswer().getQuestionId()).isEqualTo("slow");
        assertThat(stream.next().getAnswer().getQuestionId())
                .as("an expired question gets no answer")
                .isEqualTo("waiting1");
    }

    @Test
    void dialsTheReplicaThatAsks() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        ByteString ticket = ByteString.copyFrom(new byte[32]);
        for (String address : List.of("replica.example:8444", "replica.example:8444", "[2001:db8::1]:8444")) {
            stream.say(ServerMessage.newBuilder()
                    .setQuestion(Question.newBuilder()
                            .setQuestionId(address)
                            .setLimitMillis(60_000)
                            .setDial(DialQuestion.newBuilder()
                                    .setAddress(address)
                                    .setTicket(ticket)))
                    .build());
            assertThat(stream.next().getAnswer().hasDial()).isTrue();
            assertThat(server.ticket()).isEqualTo(ticket);
        }
        // One connection carries all streams to a replica.
        assertThat(dialled)
                .containsExactly(
                        Optional.of(new ServerAddress("replica.example", 8444)),
                        Optional.of(new ServerAddress("2001:db8::1", 8444)));
        stream.say(ServerMessage.newBuilder()
                .setQuestion(Question.newBuilder()
                        .setQuestionId("nowhere")
                        .setLimitMillis(60_000)
                        .setDial(DialQuestion.newBuilder().setAddress("nowhere").setTicket(ticket)))
                .build());
        assertThat(stream.next().getAnswer().getUnanswered().getReason()).isEqualTo("failed");
    }

    private static Unanswered unanswered(String reason, String detail) {
        return Unanswered.newBuilder().setReason(reason).setDetail(detail).build();
    }

    private static ServerMessage pathQuestion(String id, String path) {
        return question(id, path, 60_000);
    }

    /** Returns a question that a later server may ask. */
    private static ServerMessage unknownQuestion(String id) {
        UnknownFieldSet later = UnknownFieldSet.newBuilder()
                .addField(
                        500,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.EMPTY)
                                .build())
                .build();
        return ServerMessage.newBuilder()
                .setQuestion(Question.newBuilder()
                        .setQuestionId(id)
                        .setLimitMillis(60_000)
                        .setUnknownFields(later))
                .build();
    }

    /** A server of the previous version knows no other questions. */
    @Test
    void answersQuestionsAboutPathsOfTheVersionBefore() throws Exception {
        link.start(changes::add);
        FakeServer.Stream stream = connected();
        ask(stream, "1", "/jails/good", "thin");
        ask(stream, "2", "/jails/bad", "thin");
        ask(stream, "3", "relative", "thin");
        List<String> refusals = new ArrayList<>();
        for (int n = 1; n <= 3; n++) {
            refusals.add(stream.next().getPathVerdict().getRefusal());
        }
        assertThat(refusals).containsExactly("", "leaves /jails", "path must be an absolute path below '/'");
    }

    private static void ask(FakeServer.Stream stream, String question, String path, String base) {
        stream.say(ServerMessage.newBuilder()
                .setPathQuestion(PathQuestion.newBuilder()
                        .setQuestionId(question)
                        .setPath(path)
                        .setBase(base))
                .build());
    }

    private static ServerMessage question(String id, String path, int limitMillis) {
        return ServerMessage.newBuilder()
                .setQuestion(Question.newBuilder()
                        .setQuestionId(id)
                        .setLimitMillis(limitMillis)
                        .setPath(RootPathQuestion.newBuilder().setPath(path).setBase("thin")))
                .build();
    }
}
