package dev.bailiwick.server.link;

import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.concurrent.CoalescingTask;
import dev.bailiwick.protocol.DifferenceWire;
import dev.bailiwick.protocol.FactsWire;
import dev.bailiwick.protocol.Field;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.QuestionWire;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.Welcome;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.host.Histories;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.host.SessionId;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.network.HostPools;
import dev.bailiwick.server.notification.Notifications.Subscription;
import io.github.bucket4j.Bucket;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * One stream of one host. What the agent says is handled message by message, in order; what the host has to learn is sent by
 * {@link #tell}, one run at a time, whenever it is notified. Where the database fails the session ends: the agent comes back,
 * claims what it has and reports everything again, so nothing needs to be kept here.
 */
final class HostSession implements StreamObserver<AgentMessage> {

    private static final Logger log = LoggerFactory.getLogger(HostSession.class);
    private static final int MISSED_HEARTBEATS = 3;
    /** Characters of an agent's version. */
    private static final int MAX_VERSION = 200;

    /** Several times what an agent with a thousand jails says while all of them start. */
    private static final int MESSAGES_A_SECOND = 1_000;

    private final SessionId id = SessionId.random();
    private final Peer peer;
    private final Link link;
    private final Outbound outbound;
    private final CoalescingTask telling;

    /** Stores what was accepted last, beside what the agent says next: several acceptances may be stored as one. */
    private final CoalescingTask acceptances;

    private final HostInbox inbox;
    private final DesiredStateSender desired;
    private final OpenQuestions questions;
    /** A host that sends more is read more slowly, until its connection is full. */
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

    HostSession(Peer peer, Link link, ServerCallStreamObserver<ServerMessage> call, Executor executor) {
        this.peer = peer;
        this.link = link;
        this.outbound = new Outbound(call);
        this.executor = executor;
        this.telling = new CoalescingTask(executor, () -> guarded(this::tell));
        this.acceptances =
                new CoalescingTask(executor, () -> guarded(() -> link.connections().acceptRevision(host(), accepted)));
        this.inbox = new HostInbox(peer.host(), id, link, this::send);
        this.desired = new DesiredStateSender(new Wanted(), outbound, telling::request);
        this.questions = new OpenQuestions(this::send);
        this.heardAt = link.clock().instant();
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

    @Override
    public void onNext(AgentMessage message) {
        heardAt = link.clock().instant();
        try {
            pace.asBlocking().consume(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end(Status.UNAVAILABLE.withDescription("this server is stopping"));
        }
        guarded(() -> take(message));
    }

    /** Ends a stream that has not begun with a greeting; called once, after a while. */
    void checkGreeting() {
        if (!greeted) {
            end(Status.DEADLINE_EXCEEDED.withDescription("no Hello came"));
        }
    }

    private void take(AgentMessage message) {
        if (!greeted && !message.hasHello()) {
            throw new MalformedMessage("a stream begins with Hello", null);
        }
        switch (message.getMessageCase()) {
            case HELLO -> greet(message.getHello());
            case ACCEPTED -> accepted(message.getAccepted().getRevision());
            case REPORTS -> inbox.take(message.getReports(), desired.deliveries());
            case HEARTBEAT -> beat();
            case DENIALS -> inbox.take(message.getDenials());
            case HOST_CONDITIONS -> inbox.take(message.getHostConditions());
            case DIFFERENCES -> inbox.take(message.getDifferences());
            case KEPT_FILES -> inbox.take(message.getKeptFiles());
            case ID_RANGES -> inbox.take(message.getIdRanges());
            case ANSWER -> answered(message.getAnswer());
            case PATH_VERDICT -> answered(QuestionWire.fromPrevious(message.getPathVerdict()));
            // A later agent may say more than this server understands.
            case MESSAGE_NOT_SET -> log.debug("a message of a kind that this server does not know");
        }
    }

    private void greet(Hello hello) {
        if (greeted) {
            throw new MalformedMessage("Hello comes once", null);
        }
        long claimed = DifferenceWire.revision("accepted_revision", hello.getAcceptedRevision());
        List<Histories.Mark> marks = DifferenceWire.marks(hello).stream()
                .map(mark -> new Histories.Mark(
                        mark.getRevision(),
                        HexFormat.of().formatHex(mark.getHash().toByteArray())))
                .toList();
        String version = Field.text("agent_version", hello.getAgentVersion(), MAX_VERSION);
        HostFacts facts = FactsWire.fromWire(hello.getFacts());
        questions.answerable(QuestionWire.kinds(hello));
        Set<String> kinds = Wire.kinds(hello);
        if (!link.notifications().isConnected()) {
            // It would be ended as soon as the connection for notifications is back: one way back for a host, not two.
            end(Status.UNAVAILABLE.withDescription("the database is away"));
            return;
        }
        greeted = true;
        link.connections().connected(host(), id, version, facts, claimed, validity());
        desired.greeted(link.histories().compare(host(), claimed, marks, hello.getKeepsDifferences()), claimed, kinds);
        link.sessions().add(this);
        send(ServerMessage.newBuilder()
                .setWelcome(Welcome.newBuilder()
                        .setHeartbeatIntervalMillis((int) link.heartbeat().toMillis()))
                .build());
        log.atInfo()
                .addKeyValue("version", version)
                .addKeyValue("accepted", claimed)
                .log("a host connected");
        // Subscribed before anything is read: changes from here on are notified.
        Subscription notified = link.notifications().onHostChanged(host(), desired::changed, this::missed);
        subscription = notified;
        if (over.get()) {
            notified.close();
        }
        telling.request();
    }

    private Duration validity() {
        return link.heartbeat().multipliedBy(MISSED_HEARTBEATS);
    }

    /**
     * The connection for notifications has been away, so the database may have been, and what this host reported in its last second may
     * be lost with it. The agent comes back and reports everything again. Called where nothing may block.
     */
    private void missed() {
        executor.execute(() -> end(Status.UNAVAILABLE.withDescription("the database was away")));
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
            end(Status.RESOURCE_EXHAUSTED.withDescription("the agent does not read what is sent to it"));
        }
    }

    private void beat() {
        if (!link.connections().heartbeat(host(), id, validity())) {
            end(Status.ABORTED.withDescription("another session of this host has replaced this one"));
        }
    }

    private void tell() {
        try {
            desired.send();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end(Status.UNAVAILABLE.withDescription("this server is stopping"));
        }
    }

    /** What this host is to know. */
    private final class Wanted implements DesiredStateSender.Source {

        @Override
        public DesiredStates.Told since(long revision) {
            return link.desired().since(host(), revision, peer.certificate());
        }

        @Override
        public HostPools pools() {
            return link.pools().of(host());
        }
    }

    private void guarded(Runnable action) {
        if (over.get()) {
            return;
        }
        try (var entry = MDC.putCloseable("host", host().toString())) {
            action.run();
        } catch (MalformedMessage e) {
            log.atWarn().addKeyValue("cause", e.getMessage()).log("a host sent what cannot be used");
            end(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
        } catch (HostNotFound e) {
            end(Status.UNAUTHENTICATED.withDescription("this host does not belong here any more"));
        } catch (DataAccessException | TransactionException e) {
            log.atWarn().addKeyValue("cause", e.toString()).log("a session ends because the database is away");
            end(Status.UNAVAILABLE.withDescription("the database is away"));
        } catch (RuntimeException e) {
            log.error("a fault in a host's session; it ends", e);
            end(Status.INTERNAL);
        }
    }

    /** Ends the session if nothing was heard of the agent for three intervals; called once in each. */
    void checkSilence() {
        Duration silence = Duration.between(heardAt, link.clock().instant());
        if (silence.compareTo(validity()) > 0) {
            end(Status.DEADLINE_EXCEEDED.withDescription("nothing was heard for " + silence.toSeconds() + " s"));
        } else {
            desired.wakeIfHeldBack();
        }
    }

    /** Ends the session from this side. */
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
        end(Status.OK.withDescription("the agent left"));
    }

    private void left() {
        outbound.ended();
        cleanUp("the agent is gone");
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
        link.sessions().remove(this);
        try (var entry = MDC.putCloseable("host", host().toString())) {
            log.atInfo().addKeyValue("reason", String.valueOf(reason)).log("a session ended");
            link.connections().disconnected(host(), id);
        } catch (DataAccessException | TransactionException e) {
            // Its time in the database runs out by itself.
            log.atWarn().addKeyValue("cause", e.toString()).log("the end of a session could not be noted");
        }
    }
}
