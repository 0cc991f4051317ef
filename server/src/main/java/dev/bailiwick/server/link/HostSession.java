package dev.bailiwick.server.link;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.concurrent.CoalescingTask;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.QuestionWire;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.Welcome;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.host.SessionId;
import dev.bailiwick.server.notification.Notifications.Subscription;
import io.github.bucket4j.Bucket;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * One stream of one host. Handles the messages of the agent one by one, in order. {@link #sendDesired} sends what has changed for the host,
 * one run at a time, whenever the session is notified. If the database fails, the session ends: the agent connects again and reports
 * everything again, so the session needs no state that outlives it.
 */
final class HostSession implements StreamObserver<AgentMessage> {

    private static final Logger log = LoggerFactory.getLogger(HostSession.class);
    private static final int MISSED_HEARTBEATS = 3;

    /** Several times as many as an agent with a thousand jails sends while all of them start. */
    private static final int MESSAGES_A_SECOND = 1_000;

    private final SessionId id = SessionId.random();
    private final Peer peer;
    private final SessionContext context;
    private final Outbound outbound;
    private final CoalescingTask sending;

    /** Stores the last accepted revision while the next messages are handled. Several acceptances may be stored as one. */
    private final CoalescingTask acceptances;

    private final HostInbox inbox;
    private final DesiredStateSender desired;
    private final OpenQuestions questions;
    private final HostDialler dialler;
    /** If a host sends more, the server reads it more slowly, until its connection is full. */
    private final Bucket pace = Bucket.builder()
            .addLimit(limit ->
                    limit.capacity(4 * MESSAGES_A_SECOND).refillGreedy(MESSAGES_A_SECOND, Duration.ofSeconds(1)))
            .build();

    private final Executor executor;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile Instant heardAt;
    private volatile @Nullable Subscription subscription;
    private volatile boolean greeted;
    private volatile long accepted;

    HostSession(Peer peer, SessionContext context, ServerCallStreamObserver<ServerMessage> call, Executor executor) {
        this.peer = peer;
        this.context = context;
        this.outbound = new Outbound(call);
        this.executor = executor;
        this.sending = new CoalescingTask(executor, () -> runGuarded(this::sendDesired));
        this.acceptances = new CoalescingTask(
                executor, () -> runGuarded(() -> context.connections().acceptRevision(host(), accepted)));
        this.inbox = new HostInbox(peer.host(), id, context, this::send);
        this.desired = new DesiredStateSender(new WantedOfHost(context, peer), outbound, sending::request);
        this.questions = new OpenQuestions(outbound::offer);
        this.dialler = new HostDialler(outbound::offer);
        this.heardAt = context.clock().instant();
        call.setOnCancelHandler(this::left);
    }

    SessionId id() {
        return id;
    }

    HostId host() {
        return peer.host();
    }

    OpenQuestions questions() {
        return questions;
    }

    HostDialler dialler() {
        return dialler;
    }

    @Override
    public void onNext(AgentMessage message) {
        heardAt = context.clock().instant();
        try {
            pace.asBlocking().consume(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end(Status.UNAVAILABLE.withDescription("this server is stopping"));
        }
        runGuarded(() -> take(message));
    }

    /** Ends a stream that has not begun with a greeting. Called once, some time after the stream was opened. */
    void checkGreeting() {
        if (!greeted) {
            end(Status.DEADLINE_EXCEEDED.withDescription("the agent sent no Hello in time"));
        }
    }

    private void take(AgentMessage message) {
        if (!greeted && !message.hasHello()) {
            throw new MalformedMessage("the first message of a stream must be Hello", null);
        }
        switch (message.getMessageCase()) {
            case HELLO -> greet(message.getHello());
            case ACCEPTED -> accepted(message.getAccepted().getRevision());
            case REPORTS -> inbox.take(message.getReports(), desired.deliveries());
            case HEARTBEAT -> beat();
            case DENIALS -> inbox.take(message.getDenials());
            case FIGURES -> inbox.take(message.getFigures());
            case HOST_CONDITIONS -> inbox.take(message.getHostConditions());
            case DIFFERENCES -> inbox.take(message.getDifferences());
            case KEPT_FILES -> inbox.take(message.getKeptFiles());
            case ID_RANGES -> inbox.take(message.getIdRanges());
            case ANSWER -> answered(message.getAnswer());
            case PATH_VERDICT -> answered(QuestionWire.fromPrevious(message.getPathVerdict()));
            // A later agent may send messages that this server does not know.
            case MESSAGE_NOT_SET -> log.debug("a message of a kind that this server does not know");
        }
    }

    private void greet(Hello hello) {
        if (greeted) {
            throw new MalformedMessage("Hello may be sent only once", null);
        }
        Greeting greeting = Greeting.of(hello);
        questions.answerable(greeting.questions());
        dialler.carried(greeting.streams());
        if (!context.notifications().isConnected()) {
            // The session would end as soon as the connection for notifications is restored, so it does not begin.
            end(Status.UNAVAILABLE.withDescription("the database is not available"));
            return;
        }
        greeted = true;
        context.connections()
                .connected(host(), id, greeting.version(), greeting.facts(), greeting.accepted(), validity());
        desired.greeted(
                context.histories().compare(host(), greeting.accepted(), greeting.marks(), greeting.keepsDifferences()),
                greeting.accepted(),
                greeting.kinds());
        context.sessions().add(this);
        send(ServerMessage.newBuilder()
                .setWelcome(Welcome.newBuilder()
                        .setHeartbeatIntervalMillis((int) context.heartbeat().toMillis()))
                .build());
        log.atInfo()
                .addKeyValue("version", greeting.version())
                .addKeyValue("accepted", greeting.accepted())
                .log("a host connected");
        // Subscribes before the first read, so no change after that read is missed.
        Subscription notified = context.notifications().onHostChanged(host(), desired::changed, this::missed);
        subscription = notified;
        if (over.get()) {
            notified.close();
        }
        sending.request();
    }

    private Duration validity() {
        return context.heartbeat().multipliedBy(MISSED_HEARTBEATS);
    }

    /**
     * Ends the session after the connection for notifications was lost. The database may have lost the reports of the last second; the
     * agent connects again and reports everything again. Never blocks.
     */
    private void missed() {
        executor.execute(() -> end(Status.UNAVAILABLE.withDescription("the database was not available")));
    }

    private void answered(Answer answer) {
        if (answer.getSerializedSize() > Bound.ANSWER_BYTES.value()) {
            throw new MalformedMessage("an answer has more than " + Bound.ANSWER_BYTES.value() + " bytes", null);
        }
        questions.answered(answer);
    }

    private void accepted(long revision) {
        if (revision < 0) {
            throw new MalformedMessage("an accepted revision must be 0 to 2^63 - 1", null);
        }
        desired.accepted(revision);
        accepted = revision;
        acceptances.request();
    }

    private void send(ServerMessage message) {
        if (!outbound.send(message)) {
            end(Status.RESOURCE_EXHAUSTED.withDescription("the agent does not read the messages that are sent to it"));
        }
    }

    private void beat() {
        if (!context.connections().heartbeat(host(), id, validity())) {
            end(Status.ABORTED.withDescription("another session of this host has replaced this one"));
        }
    }

    private void sendDesired() {
        try {
            desired.send();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end(Status.UNAVAILABLE.withDescription("this server is stopping"));
        }
    }

    private void runGuarded(Runnable action) {
        if (over.get()) {
            return;
        }
        try (var entry = MDC.putCloseable("host", host().toString())) {
            action.run();
        } catch (MalformedMessage e) {
            log.atWarn().addKeyValue("cause", e.getMessage()).log("a host sent an invalid message");
            end(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
        } catch (HostNotFound e) {
            end(Status.UNAUTHENTICATED.withDescription("this server does not know this host, or has retired it"));
        } catch (DataAccessException | TransactionException e) {
            log.atWarn().addKeyValue("cause", e.toString()).log("a session ends because the database is not available");
            end(Status.UNAVAILABLE.withDescription("the database is not available"));
        } catch (RuntimeException e) {
            log.error("a session ends because of an unexpected error", e);
            end(Status.INTERNAL);
        }
    }

    /** Ends the session if the agent has sent nothing for three intervals. Called once in each interval. */
    void checkSilence() {
        Duration silence = Duration.between(heardAt, context.clock().instant());
        if (silence.compareTo(validity()) > 0) {
            end(Status.DEADLINE_EXCEEDED.withDescription("the agent sent nothing for " + silence.toSeconds() + " s"));
        } else {
            desired.wakeIfHeldBack();
        }
    }

    /** Ends the session from the server's side. */
    void end(Status status) {
        outbound.end(status);
        cleanUp(status.getDescription());
    }

    @Override
    public void onError(Throwable failure) {
        left();
    }

    @Override
    public void onCompleted() {
        end(Status.OK.withDescription("the agent closed the connection"));
    }

    private void left() {
        outbound.ended();
        cleanUp("the connection to the agent has ended");
    }

    private void cleanUp(@Nullable String reason) {
        if (over.getAndSet(true)) {
            return;
        }
        Subscription notified = subscription;
        if (notified != null) {
            notified.close();
        }
        questions.abandon();
        context.sessions().remove(this);
        try (var entry = MDC.putCloseable("host", host().toString())) {
            log.atInfo().addKeyValue("reason", String.valueOf(reason)).log("a session ended");
            context.connections().disconnected(host(), id);
        } catch (DataAccessException | TransactionException e) {
            // The session expires in the database all the same.
            log.atWarn().addKeyValue("cause", e.toString()).log("the end of a session could not be stored");
        }
    }
}
