package dev.bailiwick.server.link;

import dev.bailiwick.jail.question.HostReply.Reason;
import dev.bailiwick.jail.text.TimeText;
import dev.bailiwick.protocol.QuestionWire;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.Question;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.server.bounds.Bound;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The questions that the host of one session has yet to answer.
 *
 * <p>INVARIANT: a question is added to {@link #open} before {@link #over} is read, and {@code over} is set before the open
 * questions are ended. So no question waits for a session that has ended.
 */
final class OpenQuestions {

    private final Map<String, CompletableFuture<Answer>> open = new ConcurrentHashMap<>();
    private final Semaphore room = new Semaphore(Bound.QUESTIONS_TO_A_HOST.value());
    /** Those who follow logs must not take the place of short questions. */
    private final Semaphore roomForLogs = new Semaphore(Bound.LOG_QUESTIONS_TO_A_HOST.value());

    private final Semaphore roomForFiles = new Semaphore(Bound.FILE_QUESTIONS_TO_A_HOST.value());

    /** How long a question waits for an agent that reads more slowly than others ask, for example while it gets a snapshot. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Offer offer;
    private volatile Set<String> kinds = Set.of();
    private volatile boolean over;

    /** Sends questions. */
    interface Offer {

        /** Sends a question, once the host has read enough of what was sent before; returns false if it has not within this time. */
        boolean offer(ServerMessage question, Duration patience) throws InterruptedException;
    }

    OpenQuestions(Offer offer) {
        this.offer = offer;
    }

    /**
     * Sets the kinds of questions that the agent answers; none for an agent of the previous version, which knows one kind and names
     * none.
     */
    void answerable(Set<String> named) {
        kinds = named;
    }

    /** Sends the question and waits for the answer, up to its time limit. */
    Answer ask(Question question) throws InterruptedException {
        Optional<ServerMessage> message = message(question);
        if (message.isEmpty()) {
            return unanswered(question, Reason.UNSUPPORTED, "the host's agent does not know this kind of question");
        }
        Bound bound = bound(question);
        Semaphore place = place(bound);
        if (!place.tryAcquire()) {
            return unanswered(
                    question, Reason.OVERLOADED, bound.value() + " questions to this host wait for an answer");
        }
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        open.put(question.getQuestionId(), answer);
        try {
            if (over) {
                return away(question);
            }
            long asked = System.nanoTime();
            Duration limit = Duration.ofMillis(question.getLimitMillis());
            // Contents of files fill a slow link, and are only slower then.
            Duration patience = question.hasFiles() || limit.compareTo(PATIENCE) < 0 ? limit : PATIENCE;
            if (!offer.offer(message.get(), patience)) {
                return unanswered(question, Reason.OVERLOADED, "the host has not read earlier questions yet");
            }
            return answer.get(limit.toNanos() - (System.nanoTime() - asked), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return timedOut(question);
        } catch (ExecutionException e) {
            throw new IllegalStateException("An answer is never completed exceptionally", e);
        } finally {
            open.remove(question.getQuestionId());
            place.release();
        }
    }

    private static Bound bound(Question question) {
        if (question.hasLog()) {
            return Bound.LOG_QUESTIONS_TO_A_HOST;
        }
        return question.hasFiles() ? Bound.FILE_QUESTIONS_TO_A_HOST : Bound.QUESTIONS_TO_A_HOST;
    }

    private Semaphore place(Bound bound) {
        return switch (bound) {
            case LOG_QUESTIONS_TO_A_HOST -> roomForLogs;
            case FILE_QUESTIONS_TO_A_HOST -> roomForFiles;
            default -> room;
        };
    }

    private Optional<ServerMessage> message(Question question) {
        Optional<String> kind = QuestionWire.kind(question);
        if (kind.filter(kinds::contains).isPresent()) {
            return Optional.of(ServerMessage.newBuilder().setQuestion(question).build());
        }
        return kinds.isEmpty()
                ? QuestionWire.toPrevious(question)
                        .map(previous -> ServerMessage.newBuilder()
                                .setPathQuestion(previous)
                                .build())
                : Optional.empty();
    }

    /** Handles an answer; ignores it if this host was not asked the question, or nobody waits for the answer. */
    void answered(Answer answer) {
        CompletableFuture<Answer> question = open.get(answer.getQuestionId());
        if (question != null) {
            question.complete(answer);
        }
    }

    /** Ends all questions, as no answers will come. */
    void abandon() {
        over = true;
        open.forEach((id, question) -> question.complete(
                QuestionWire.unanswered(id, Reason.AWAY, "the host disconnected before it answered")));
    }

    static Answer away(Question question) {
        return unanswered(question, Reason.AWAY, "the host is not connected");
    }

    static Answer timedOut(Question question) {
        return unanswered(
                question,
                Reason.TIMED_OUT,
                "the host did not answer within "
                        + TimeText.duration(Duration.ofMillis(Integer.toUnsignedLong(question.getLimitMillis()))));
    }

    private static Answer unanswered(Question question, Reason reason, String detail) {
        return QuestionWire.unanswered(question.getQuestionId(), reason, detail);
    }
}
