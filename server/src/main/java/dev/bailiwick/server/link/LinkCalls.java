package dev.bailiwick.server.link;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;
import dev.bailiwick.jail.question.HostReply;
import dev.bailiwick.jail.question.HostReply.Reason;
import dev.bailiwick.jail.question.HostReply.Unanswered;
import dev.bailiwick.protocol.QuestionWire;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.Question;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.host.HostCalls;
import dev.bailiwick.server.host.HostConnections;
import dev.bailiwick.server.host.SessionId;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.springframework.stereotype.Component;

/**
 * Asks a host over its stream, or through the replica that has the stream. Reads the host's current session from the database, as this
 * replica may not have noticed that its stream was replaced.
 */
@Component
class LinkCalls implements HostCalls {

    private final HostConnections connections;
    private final Sessions sessions;
    private final CallRelay relay;
    private final Semaphore room = new Semaphore(Bound.QUESTIONS.value());
    private final Semaphore roomForLogs = new Semaphore(Bound.LOG_QUESTIONS.value());

    LinkCalls(HostConnections connections, Sessions sessions, CallRelay relay) {
        this.connections = connections;
        this.sessions = sessions;
        this.relay = relay;
    }

    @Override
    public <A extends HostAnswer> HostReply<A> ask(HostId host, HostQuestion<A> question, Duration limit) {
        if (limit.toMillis() < 1 || limit.compareTo(MAX_LIMIT) > 0) {
            throw new IllegalArgumentException("A question's limit must be 1 ms to " + MAX_LIMIT + ", not " + limit);
        }
        boolean isLog = question instanceof HostQuestion.ReadLog;
        Semaphore place = isLog ? roomForLogs : room;
        if (!place.tryAcquire()) {
            int most = (isLog ? Bound.LOG_QUESTIONS : Bound.QUESTIONS).value();
            return new Unanswered<>(Reason.OVERLOADED, most + " questions of this server wait for an answer");
        }
        try {
            return QuestionWire.reply(question, ask(host, QuestionWire.toWire(UUID.randomUUID(), question, limit)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Unanswered<>(Reason.TIMED_OUT, "the wait for the answer was interrupted");
        } finally {
            place.release();
        }
    }

    private Answer ask(HostId host, Question question) throws InterruptedException {
        Optional<SessionId> current = connections.session(host);
        if (current.isEmpty()) {
            return OpenQuestions.away(question);
        }
        Optional<HostSession> here =
                sessions.find(host).filter(session -> session.id().equals(current.get()));
        return here.isPresent() ? here.get().questions().ask(question) : relay.ask(host, question);
    }
}
