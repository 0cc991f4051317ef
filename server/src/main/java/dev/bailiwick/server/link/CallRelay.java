package dev.bailiwick.server.link;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.question.HostReply.Reason;
import dev.bailiwick.protocol.QuestionWire;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.Question;
import dev.bailiwick.server.notification.HostCallNotice;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.notification.Notifications;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Passes questions and answers between replicas through the table {@code host_question}. The asking replica stores the question and
 * notifies; the replica with the host's stream takes the question, stores the answer and notifies; the asking replica deletes the
 * row. Later questions delete the rows of replicas that died.
 */
@Component
class CallRelay implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(CallRelay.class);

    /** Stores a question; also deletes rows that expired more than a minute ago, as nobody waits for them. */
    private static final String STORE_QUESTION = """
            WITH left_behind AS (
                DELETE FROM host_question WHERE id IN (
                    SELECT id FROM host_question WHERE expires_at < now() - interval '1 minute' FOR UPDATE SKIP LOCKED)),
            asked AS (
                INSERT INTO host_question (id, host_id, question, expires_at)
                VALUES (:id, :host, :question, now() + :limit * interval '1 millisecond') RETURNING id, host_id)
            SELECT pg_notify('host_asked', host_id || ' ' || id) FROM asked
            """;

    /** Takes a question once, for the current session of the host. */
    private static final String TAKE_QUESTION = """
            UPDATE host_question q SET taken_by = :session
            WHERE q.id = :id AND q.host_id = :host AND q.taken_by IS NULL AND q.expires_at > now()
                AND EXISTS (SELECT FROM host_connection c WHERE c.host_id = q.host_id AND c.session = :session)
            RETURNING q.question, ceil(1000 * extract(epoch FROM q.expires_at - now()))::integer AS remaining
            """;

    /** Ends a question that is answered, or that nobody took before its host disconnected. */
    private static final String END_QUESTION = """
            DELETE FROM host_question q WHERE q.id = :id AND (q.answer IS NOT NULL OR q.taken_by IS NULL AND NOT EXISTS (
                SELECT FROM host_connection c WHERE c.host_id = q.host_id AND c.session IS NOT NULL))
            RETURNING q.answer
            """;

    private static final String STORE_ANSWER = """
            WITH answered AS (
                UPDATE host_question SET answer = :answer
                WHERE id = :id AND host_id = :host AND taken_by = :session AND answer IS NULL RETURNING id)
            SELECT pg_notify('host_answered', id::text) FROM answered
            """;

    private final JdbcClient jdbc;
    private final Sessions sessions;
    private final Map<UUID, Asker> waiting = new ConcurrentHashMap<>();
    private final ExecutorService executor = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("call-relay-", 0).factory());
    private final List<Notifications.Subscription> subscriptions;

    /** @param news a permit for each reason to read the question again */
    private record Asker(HostId host, Semaphore news) {}

    CallRelay(JdbcClient jdbc, Sessions sessions, Notifications notifications) {
        this.jdbc = jdbc;
        this.sessions = sessions;
        this.subscriptions = List.of(notifications.onHostCalls(this::notice), notifications.onAny(this::notified));
    }

    /** Has another replica ask the host over its stream; waits for the answer up to the question's time limit. */
    Answer ask(HostId host, Question question) throws InterruptedException {
        UUID id = UUID.fromString(question.getQuestionId());
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(question.getLimitMillis());
        Semaphore news = new Semaphore(0);
        waiting.put(id, new Asker(host, news));
        try {
            jdbc.sql(STORE_QUESTION)
                    .param("id", id)
                    .param("host", host.value())
                    .param("question", question.toByteArray())
                    .param("limit", question.getLimitMillis())
                    .query((row, number) -> number)
                    .list();
            while (news.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                Optional<Answer> answer = end(question, id);
                if (answer.isPresent()) {
                    return answer.get();
                }
            }
            jdbc.sql("DELETE FROM host_question WHERE id = ?").param(id).update();
            return OpenQuestions.timedOut(question);
        } finally {
            waiting.remove(id);
        }
    }

    private Optional<Answer> end(Question question, UUID id) {
        return jdbc.sql(END_QUESTION)
                .param("id", id)
                .query((row, number) -> answer(question, row.getBytes("answer")))
                .optional();
    }

    private static Answer answer(Question question, byte @Nullable [] stored) {
        if (stored == null) {
            return OpenQuestions.away(question);
        }
        try {
            return Answer.parseFrom(stored);
        } catch (InvalidProtocolBufferException e) {
            return QuestionWire.unanswered(
                    question.getQuestionId(), Reason.FAILED, "the stored answer is unreadable: " + e.getMessage());
        }
    }

    /** Handles a notice; must not block. */
    private void notice(HostCallNotice notice) {
        switch (notice) {
            case HostCallNotice.Asked(HostId host, UUID question) ->
                sessions.find(host).ifPresent(session -> executor.execute(() -> pass(session, question)));
            case HostCallNotice.Answered(UUID question) -> {
                Asker asker = waiting.get(question);
                if (asker != null) {
                    asker.news.release();
                }
            }
        }
    }

    /**
     * Has the askers of a host look whether it disconnected, and all askers look for an answer whose notice may have been missed.
     * Questions that were missed meanwhile reach their time limit.
     */
    private void notified(Notification notification) {
        switch (notification) {
            case Notification.HostSeen(HostId host) ->
                waiting.values().stream()
                        .filter(asker -> asker.host.equals(host))
                        .forEach(asker -> asker.news.release());
            case Notification.Missed() -> waiting.values().forEach(asker -> asker.news.release());
            case Notification.HostChanged _,
                    Notification.PoolsChanged _,
                    Notification.JailChanged _,
                    Notification.FiguresStored _,
                    Notification.JailReported _ -> {}
        }
    }

    private void pass(HostSession session, UUID id) {
        try {
            Optional<Question> taken = take(session, id);
            if (taken.isPresent()) {
                store(session, id, session.questions().ask(taken.get()));
            }
        } catch (DataAccessException e) {
            log.atWarn()
                    .addKeyValue("host", session.host())
                    .addKeyValue("cause", e.getMessage())
                    .log("a question of another server could not be passed on; it reaches its time limit there");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<Question> take(HostSession session, UUID id) {
        return jdbc.sql(TAKE_QUESTION)
                .param("id", id)
                .param("host", session.host().value())
                .param("session", session.id().value())
                .query((row, number) -> question(id, row.getBytes("question"), row.getInt("remaining")))
                .optional();
    }

    /** Returns the question; a question without a kind, which no host knows, if it is unreadable. */
    private static Question question(UUID id, byte[] stored, int remainingMillis) {
        Question.Builder question = Question.newBuilder();
        try {
            question.mergeFrom(stored);
        } catch (InvalidProtocolBufferException e) {
            question.clear();
        }
        return question.setQuestionId(id.toString())
                .setLimitMillis(remainingMillis)
                .build();
    }

    private void store(HostSession session, UUID id, Answer answer) {
        jdbc.sql(STORE_ANSWER)
                .param("id", id)
                .param("host", session.host().value())
                .param("session", session.id().value())
                .param("answer", answer.toByteArray())
                .query((row, number) -> number)
                .list();
    }

    @Override
    public void destroy() {
        subscriptions.forEach(Notifications.Subscription::close);
        executor.shutdownNow();
    }
}
