package dev.bailiwick.agent.link;

import dev.bailiwick.protocol.QuestionWire;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.PathQuestion;
import dev.bailiwick.protocol.v1.Question;
import java.time.Duration;
import java.util.function.Consumer;

/** Answers the questions that the server asks on one stream. */
final class ServerQuestions {

    /** How long a server of the previous version waits for an answer. */
    private static final Duration PREVIOUS_LIMIT = Duration.ofSeconds(2);

    private final ServerLink link;
    private final Consumer<AgentMessage> send;

    ServerQuestions(ServerLink link, Consumer<AgentMessage> send) {
        this.link = link;
        this.send = send;
    }

    /** Answers when the answer is known, on the link's thread. */
    void answer(Question question) {
        link.answering()
                .answer(
                        question,
                        answer -> link.thread()
                                .execute(() -> send.accept(AgentMessage.newBuilder()
                                        .setAnswer(answer)
                                        .build())));
    }

    /** Answers a server of the previous version, which asks in this form. */
    void answer(PathQuestion question) {
        link.answering()
                .answer(
                        QuestionWire.fromPrevious(question, PREVIOUS_LIMIT),
                        answer -> QuestionWire.toPrevious(answer)
                                .ifPresent(verdict -> link.thread()
                                        .execute(() -> send.accept(AgentMessage.newBuilder()
                                                .setPathVerdict(verdict)
                                                .build()))));
    }
}
