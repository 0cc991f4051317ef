package dev.bailiwick.server.link;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.Difference;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.KeptFiles;
import dev.bailiwick.jail.Phase;
import dev.bailiwick.jail.Report;
import dev.bailiwick.jail.concurrent.CoalescingTask;
import dev.bailiwick.protocol.DenialWire;
import dev.bailiwick.protocol.DifferenceWire;
import dev.bailiwick.protocol.FactsWire;
import dev.bailiwick.protocol.Field;
import dev.bailiwick.protocol.KeptFilesWire;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.QuestionWire;
import dev.bailiwick.protocol.ReportWire;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.Commit;
import dev.bailiwick.protocol.v1.Denials;
import dev.bailiwick.protocol.v1.DenialsTaken;
import dev.bailiwick.protocol.v1.Differences;
import dev.bailiwick.protocol.v1.Forgotten;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.HostConditions;
import dev.bailiwick.protocol.v1.LetGo;
import dev.bailiwick.protocol.v1.Pools;
import dev.bailiwick.protocol.v1.Reports;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.SnapshotBegin;
import dev.bailiwick.protocol.v1.Welcome;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.host.Doorbell.Subscription;
import dev.bailiwick.server.host.Histories;
import dev.bailiwick.server.host.Histories.Standing;
import dev.bailiwick.server.host.HostId;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.host.Ring.HostChanged;
import dev.bailiwick.server.host.SessionId;
import dev.bailiwick.server.jail.DesiredChange;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.network.HostPools;
import io.github.bucket4j.Bucket;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * One stream of one host. What the agent says is handled message by message, in order; what the host has to learn is sent by
 * {@link #tell}, one run at a time, whenever the doorbell rings. Where the database fails the session ends: the agent comes back,
 * claims what it has and reports everything again, so nothing needs to be kept here.
 */
final class HostSession implements StreamObserver<AgentMessage> {

    private static final Logger log = LoggerFactory.getLogger(HostSession.class);
    private static final int MISSED_HEARTBEATS = 3;
    /** Characters of an agent's version. */
    private static final int MAX_VERSION = 200;

    private static final int MAX_LISTED = 10_000;
    /** There are no more ranges of ids. */
    private static final int MAX_KEPT_FILES = 65_536;

    private static final Duration MAX_ACCEPTING = Duration.ofSeconds(5);

    /** As many as an agent sends. */
    private static final int MAX_DENIALS = 2_000;

    /** Several times what an agent with a thousand jails says while all of them start. */
    private static final int MESSAGES_A_SECOND = 1_000;

    private final SessionId id = SessionId.random();
    private final Peer peer;
    private final Link link;
    private final Outbound outbound;
    private final CoalescingTask telling;
    private final OpenQuestions questions;
    private final Pushes pushes = new Pushes();
    /** A host that sends more is read more slowly, until its connection is full. */
    private final Bucket pace = Bucket.builder()
            .addLimit(limit ->
                    limit.capacity(4 * MESSAGES_A_SECOND).refillGreedy(MESSAGES_A_SECOND, Duration.ofSeconds(1)))
            .build();
    /** What a host sends badly it may send all day. */
    private final Bucket complaints = Bucket.builder()
            .addLimit(limit -> limit.capacity(5).refillGreedy(1, Duration.ofMinutes(1)))
            .build();

    private final Executor executor;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile Instant heardAt;
    private volatile @Nullable Subscription subscription;
    /** What the agent has said of them so far, while more is to come. */
    private final List<KeptFiles> keptFiles = new ArrayList<>();

    private volatile boolean greeted;
    /** What the agent knows once it has read all that was sent; {@link #tell} alone moves it after the greeting. */
    private volatile long told;

    /** Address pools may have changed since they were sent to the host. */
    private final AtomicBoolean poolsUnsaid = new AtomicBoolean(true);

    /** The latest revision that woke {@link #tell}. */
    private final AtomicLong rung = new AtomicLong();

    /** The latest revision that this host and the database share, until it is sent to the host; empty where they have not parted. */
    private volatile OptionalLong parted = OptionalLong.empty();

    /** Jails that the host was asked to forget; only {@link #tell} uses it. */
    private final Set<JailId> letGo = new HashSet<>();

    /** How many differences the host has listed in the listing that it has begun. */
    private int listed;

    private volatile long accepted;
    private volatile boolean heldBack;
    private volatile long toldAtNanos;
    private boolean toldAnything;

    HostSession(Peer peer, Link link, ServerCallStreamObserver<ServerMessage> call, Executor executor) {
        this.peer = peer;
        this.link = link;
        this.outbound = new Outbound(call);
        this.executor = executor;
        this.telling = new CoalescingTask(executor, () -> guarded(this::tell));
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
            case REPORTS -> take(message.getReports());
            case HEARTBEAT -> beat();
            case DENIALS -> take(message.getDenials());
            case HOST_CONDITIONS -> take(message.getHostConditions());
            case DIFFERENCES -> take(message.getDifferences());
            case KEPT_FILES -> take(message.getKeptFiles());
            case ID_RANGES ->
                link.hosts()
                        .countIdRanges(
                                host(),
                                notNegative("count", message.getIdRanges().getCount()),
                                notNegative("taken", message.getIdRanges().getTaken()));
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
        if (!link.doorbell().isHeard()) {
            // It would be ended as soon as the connection that rings is back: one way back for a host, not two.
            end(Status.UNAVAILABLE.withDescription("the database is away"));
            return;
        }
        greeted = true;
        accepted = claimed;
        link.hosts().connected(host(), id, version, facts, claimed, validity());
        told = toldBefore(link.histories().compare(host(), claimed, marks, hello.getKeepsDifferences()), claimed);
        link.sessions().add(this);
        send(ServerMessage.newBuilder()
                .setWelcome(Welcome.newBuilder()
                        .setHeartbeatIntervalMillis((int) link.heartbeat().toMillis()))
                .build());
        log.atInfo()
                .addKeyValue("version", version)
                .addKeyValue("accepted", claimed)
                .log("a host connected");
        // Subscribed before anything is read: what changes from here on rings.
        Subscription rings = link.doorbell().onHostChanged(host(), this::changed, this::missed);
        subscription = rings;
        if (over.get()) {
            rings.close();
        }
        telling.request();
    }

    /** A host that has another history, or one that is not known here, needs a snapshot whatever it claims. */
    private long toldBefore(Standing standing, long claimed) {
        return switch (standing) {
            case Standing.Same() -> claimed;
            case Standing.Unknown() -> 0;
            case Standing.Parted(long commonRevision) -> {
                log.atWarn()
                        .addKeyValue("accepted", claimed)
                        .addKeyValue("commonRevision", commonRevision)
                        .log("a host has what this database has lost");
                parted = OptionalLong.of(commonRevision);
                yield 0;
            }
        };
    }

    private Duration validity() {
        return link.heartbeat().multipliedBy(MISSED_HEARTBEATS);
    }

    /**
     * The connection that rings has been away, so the database may have been, and what this host reported in its last second may
     * be lost with it. The agent comes back and reports everything again. Called where nothing may block.
     */
    private void missed() {
        executor.execute(() -> end(Status.UNAVAILABLE.withDescription("the database was away")));
    }

    /**
     * This server's own changes ring twice: when they are committed, and when the database says so. Whoever is woken by the first
     * reads it, so the second wakes nobody, also while the change is still being sent.
     */
    private void changed(long revision) {
        if (revision == HostChanged.ANY) {
            poolsUnsaid.set(true);
        }
        boolean news = revision == HostChanged.ANY
                || (revision > told && revision > rung.getAndAccumulate(revision, Math::max));
        if (news) {
            telling.request();
        }
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
        accepted = revision;
        pushes.accepted(revision);
        if (heldBack) {
            telling.request();
        }
        link.hosts().acceptRevision(host(), revision);
    }

    private void take(Reports reports) {
        List<Report> all = readable(reports.getReportsList(), ReportWire::fromWire);
        link.reports().apply(host(), all, pushes.latest());
        link.differences().strangers(host(), all);
        List<JailId> removed = all.stream()
                .filter(report -> report.phase() == Phase.REMOVED)
                .map(Report::jail)
                .toList();
        if (removed.isEmpty()) {
            return;
        }
        List<JailId> forgotten = link.reports().forgotten(host(), removed);
        if (!forgotten.isEmpty()) {
            send(ServerMessage.newBuilder()
                    .setForgotten(Forgotten.newBuilder()
                            .addAllJailIds(
                                    forgotten.stream().map(JailId::toString).toList()))
                    .build());
        }
    }

    private void take(Denials batch) {
        UUID run = DenialWire.run(batch);
        if (batch.getDenialsCount() > MAX_DENIALS) {
            throw new MalformedMessage("a batch of denials has more than " + MAX_DENIALS, null);
        }
        link.denials().count(host(), run, batch.getSequence(), readable(batch.getDenialsList(), DenialWire::fromWire));
        send(ServerMessage.newBuilder()
                .setDenialsTaken(
                        DenialsTaken.newBuilder().setRun(batch.getRun()).setSequence(batch.getSequence()))
                .build());
    }

    private void take(HostConditions said) {
        List<Condition> conditions = ReportWire.fromWire(said);
        if (complaints.tryConsume(1)) {
            conditions.forEach(condition -> log.atWarn()
                    .addKeyValue("condition", condition.reason())
                    .addKeyValue("message", condition.message())
                    .log("a host reports a problem"));
        }
        link.hosts().noteConditions(host(), id, conditions);
    }

    /** Those of a batch that can be read: one that cannot must cost no other, and nobody is helped if it comes again. */
    private <W, T> List<T> readable(List<W> batch, Function<W, T> reading) {
        List<T> read = new ArrayList<>(batch.size());
        int leftOut = 0;
        String cause = "";
        for (W one : batch) {
            try {
                read.add(reading.apply(one));
            } catch (MalformedMessage e) {
                leftOut++;
                cause = String.valueOf(e.getMessage());
            }
        }
        if (leftOut > 0 && complaints.tryConsume(1)) {
            log.atWarn()
                    .addKeyValue("leftOut", leftOut)
                    .addKeyValue("of", batch.size())
                    .addKeyValue("cause", cause)
                    .log("a host sent parts of a batch that cannot be used");
        }
        return read;
    }

    private void send(ServerMessage message) {
        if (!outbound.send(message)) {
            end(Status.RESOURCE_EXHAUSTED.withDescription("the agent does not read what is sent to it"));
        }
    }

    private void take(Differences part) {
        listed += part.getDifferencesCount();
        if (listed > MAX_LISTED) {
            throw new MalformedMessage("a listing must be of at most " + MAX_LISTED + " differences", null);
        }
        List<Difference> differences =
                part.getDifferencesList().stream().map(DifferenceWire::fromWire).toList();
        link.differences().take(host(), DifferenceWire.listing(part.getListing()), differences, part.getEnds());
        if (part.getEnds()) {
            listed = 0;
        }
    }

    private void take(dev.bailiwick.protocol.v1.KeptFiles message) {
        keptFiles.addAll(readable(message.getTreesList(), KeptFilesWire::fromWire));
        if (keptFiles.size() > MAX_KEPT_FILES) {
            throw new MalformedMessage("a host has no more than " + MAX_KEPT_FILES + " kept files", null);
        }
        if (!message.getMore()) {
            link.files().replace(host(), List.copyOf(keptFiles));
            keptFiles.clear();
        }
    }

    private static int notNegative(String field, int value) {
        if (value < 0) {
            throw new MalformedMessage(field + " of id ranges must be 0 to 2^31 - 1", null);
        }
        return value;
    }

    private void beat() {
        if (!link.hosts().heartbeat(host(), id, validity())) {
            end(Status.ABORTED.withDescription("another session of this host has replaced this one"));
        }
    }

    /** Sends all that the host has yet to learn; once it has accepted what it was sent before. */
    private void tell() {
        if (poolsUnsaid.getAndSet(false)) {
            tellPools();
        }
        heldBack = true;
        if (isAccepting()) {
            return;
        }
        heldBack = false;
        try {
            DesiredStates.Told read = link.desired().since(host(), told, peer.certificate());
            long readNanos = System.nanoTime();
            switch (read.change()) {
                case DesiredChange.Snapshot(long revision, List<Desired> jails) -> {
                    if (!toldAnything || revision != told) {
                        outbound.sendWhenReady(ServerMessage.newBuilder()
                                .setSnapshotBegin(beginning())
                                .build());
                        tell(revision, jails, read.history(), () -> pushes.sent(revision, read.at(), readNanos));
                    }
                }
                case DesiredChange.Delta(long revision, List<Desired> jails) -> {
                    if (revision != told) {
                        tell(revision, jails, read.history(), () -> pushes.sent(revision, read.at(), readNanos));
                    }
                }
            }
            tellToLetGo(read.letGo());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end(Status.UNAVAILABLE.withDescription("this server is stopping"));
        }
    }

    private void tellPools() {
        HostPools pools = link.pools().of(host());
        outbound.send(ServerMessage.newBuilder()
                .setPools(Pools.newBuilder()
                        .addAllHere(pools.here().stream()
                                .map(AddressRange::toString)
                                .toList())
                        .addAllElsewhere(pools.elsewhere().stream()
                                .map(AddressRange::toString)
                                .toList()))
                .build());
    }

    private SnapshotBegin beginning() {
        OptionalLong common = parted;
        parted = OptionalLong.empty();
        return SnapshotBegin.newBuilder()
                .setBranched(common.isPresent())
                .setCommonRevision(common.orElse(0))
                .build();
    }

    private void tellToLetGo(List<JailId> jails) throws InterruptedException {
        letGo.retainAll(jails);
        for (JailId jail : jails) {
            if (letGo.add(jail)) {
                outbound.sendWhenReady(ServerMessage.newBuilder()
                        .setLetGo(LetGo.newBuilder().setJailId(jail.toString()))
                        .build());
            }
        }
    }

    /**
     * Each commit costs the agent a wait for its disk. Were it sent many small ones, an urgent one would wait for them all; so it has
     * one at a time, and what comes meanwhile becomes one. Where it accepts nothing, it is not waited for long.
     */
    private boolean isAccepting() {
        return toldAnything && accepted < told && System.nanoTime() - toldAtNanos < MAX_ACCEPTING.toNanos();
    }

    private void tell(long revision, List<Desired> jails, ByteString history, Runnable beforeCommit)
            throws InterruptedException {
        for (Desired jail : jails) {
            if (!outbound.sendWhenReady(Wire.toWire(jail))) {
                return;
            }
        }
        beforeCommit.run();
        outbound.sendWhenReady(ServerMessage.newBuilder()
                .setCommit(Commit.newBuilder().setRevision(revision).setHash(history))
                .build());
        toldAtNanos = System.nanoTime();
        told = revision;
        toldAnything = true;
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
        } else if (heldBack) {
            telling.request();
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
        Subscription rings = subscription;
        if (rings != null) {
            rings.close();
        }
        questions.abandon();
        link.sessions().remove(this);
        try (var entry = MDC.putCloseable("host", host().toString())) {
            log.atInfo().addKeyValue("reason", String.valueOf(reason)).log("a session ended");
            link.hosts().disconnected(host(), id);
        } catch (DataAccessException | TransactionException e) {
            // Its time in the database runs out by itself.
            log.atWarn().addKeyValue("cause", e.toString()).log("the end of a session could not be noted");
        }
    }
}
