package dev.bailiwick.agent.link;

import dev.bailiwick.agent.link.CommitAssembler.Committed;
import dev.bailiwick.agent.link.Lineage.Origin;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.ObjectKind;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.FactsWire;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.QuestionWire;
import dev.bailiwick.protocol.v1.Accepted;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Commit;
import dev.bailiwick.protocol.v1.Denials;
import dev.bailiwick.protocol.v1.Heartbeat;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.LinkGrpc;
import dev.bailiwick.protocol.v1.PathQuestion;
import dev.bailiwick.protocol.v1.Question;
import dev.bailiwick.protocol.v1.Reports;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.SnapshotBegin;
import dev.bailiwick.protocol.v1.Welcome;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One stream from its Hello to its end, on the link's thread. */
final class LinkStream implements ClientResponseObserver<AgentMessage, ServerMessage>, CommitStore.Listener {

    private static final Logger log = LoggerFactory.getLogger(LinkStream.class);

    /** How long a server of the version before waits for an answer. */
    private static final Duration PREVIOUS_LIMIT = Duration.ofSeconds(2);

    private final ManagedChannel channel;
    private final ServerLink link;
    private final CommitAssembler assembler;
    private final CommitStore commits;
    private final HostReports host = new HostReports(this::send);
    private @Nullable ClientCallStreamObserver<AgentMessage> requests;
    private LinkThread.@Nullable Timer heartbeat;
    private OptionalLong commonRevision = OptionalLong.empty();

    private boolean welcomed;
    private long welcomedAtNanos;
    private boolean over;
    private @Nullable HostFacts toldFacts;

    LinkStream(ManagedChannel channel, ServerLink link) {
        this.channel = channel;
        this.link = link;
        this.assembler = link.states().assembler();
        this.commits = new CommitStore(link.thread(), link.states(), link.disk(), this);
    }

    void open() {
        HostFacts facts = link.facts();
        toldFacts = facts;
        LinkGrpc.newStub(channel).session(this);
        send(AgentMessage.newBuilder()
                .setHello(Hello.newBuilder()
                        .setAcceptedRevision(link.states().revisionToClaim())
                        .setAgentVersion(link.version())
                        .addAllMarks(link.states().marks())
                        .setKeepsDifferences(true)
                        .addAllAnswers(QuestionWire.KINDS)
                        .addAllKinds(ObjectKind.texts())
                        .setFacts(FactsWire.toWire(facts)))
                .build());
    }

    /** Sends what has become of this host by now. Facts are sent once, when a stream begins: where they have changed, this stream ends. */
    void lookAtHost() {
        if (!welcomed || over) {
            return;
        }
        if (!link.facts().equals(toldFacts)) {
            fail(Status.OK.withDescription("what this host can hold has changed"));
            return;
        }
        link.states().lookAtDisk();
        host.conditions(link.states().conditions());
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<AgentMessage> requestStream) {
        requests = requestStream;
        requestStream.setOnReadyHandler(() -> {
            if (welcomed) {
                link.flush();
            }
        });
    }

    @Override
    public void onNext(ServerMessage message) {
        if (over) {
            return;
        }
        try {
            take(message);
        } catch (MalformedMessage e) {
            log.atWarn().addKeyValue("cause", e.getMessage()).log("the server sent what cannot be used");
            link.states().needSnapshot();
            fail(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
        }
    }

    private void take(ServerMessage message) {
        switch (message.getMessageCase()) {
            case WELCOME -> welcomed(message.getWelcome());
            case SNAPSHOT_BEGIN -> beginSnapshot(message.getSnapshotBegin());
            case OBJECT -> assembler.add(message.getObject());
            case INTENT -> assembler.add(message.getIntent());
            case REMOVAL -> assembler.add(message.getRemoval());
            case COMMIT -> committed(message.getCommit());
            case LET_GO -> jail(message.getLetGo().getJailId()).forEach(this::letGo);
            case QUESTION -> question(message.getQuestion());
            case PATH_QUESTION -> question(message.getPathQuestion());
            case FORGOTTEN -> forgotten(message.getForgotten().getJailIdsList());
            case DENIALS_TAKEN -> link.taken(message.getDenialsTaken());
            case POOLS -> link.pools(PoolsWire.fromWire(message.getPools()));
            // A later server may say more than this agent understands.
            case MESSAGE_NOT_SET -> log.debug("a message of a kind that this agent does not know");
        }
    }

    private void welcomed(Welcome welcome) {
        welcomed = true;
        welcomedAtNanos = System.nanoTime();
        int interval = Math.clamp(welcome.getHeartbeatIntervalMillis(), 100, 600_000);
        scheduleHeartbeat(interval);
        log.info("connected to the server");
        host.conditions(link.states().conditions());
        host.differences(link.states().differences());
        host.files(link.files());
        link.welcomed();
    }

    boolean wasWelcomed() {
        return welcomed;
    }

    boolean wasSteadyFor(Duration time) {
        return welcomed && System.nanoTime() - welcomedAtNanos >= time.toNanos();
    }

    /** Between four and five fifths of the interval, so that thousands of hosts do not beat in time. */
    private void scheduleHeartbeat(int interval) {
        int wait = interval - link.random().nextInt(interval / 5 + 1);
        heartbeat = link.thread().after(Duration.ofMillis(wait), () -> {
            send(AgentMessage.newBuilder()
                    .setHeartbeat(Heartbeat.getDefaultInstance())
                    .build());
            // Never urgent: the server has known of each directory since its jail was removed.
            host.files(link.files());
            scheduleHeartbeat(interval);
        });
    }

    private void beginSnapshot(SnapshotBegin begin) {
        assembler.beginSnapshot();
        commonRevision =
                begin.getBranched() ? OptionalLong.of(Math.max(0, begin.getCommonRevision())) : OptionalLong.empty();
    }

    private void committed(Commit commit) {
        Origin origin = new Origin(commit.getHash(), commonRevision);
        commonRevision = OptionalLong.empty();
        if (!commits.add(assembler.commit(commit.getRevision()), origin)) {
            fail(Status.RESOURCE_EXHAUSTED.withDescription("the desired state cannot be stored"));
        }
    }

    @Override
    public void stored(Committed committed, StateChange change) {
        host.conditions(link.states().conditions());
        send(AgentMessage.newBuilder()
                .setAccepted(Accepted.newBuilder().setRevision(committed.revision()))
                .build());
        tell(change);
        committed.unread().jails().forEach(this::leave);
    }

    @Override
    public void notStored() {
        host.conditions(link.states().conditions());
    }

    @Override
    public void relieved(StateChange ends) {
        tell(ends);
    }

    private void leave(Unreadable unreadable) {
        log.atWarn()
                .addKeyValue("jail", unreadable.jail())
                .addKeyValue("cause", unreadable.reason())
                .log("a definition cannot be read; its jail stays as it is");
        link.report(unreadable.report(link.version(), Instant.now()));
    }

    private void letGo(JailId jail) {
        try {
            StateChange stored = link.states().letGo(jail);
            if (!stored.isNothing()) {
                tell(stored);
            }
        } catch (IOException e) {
            // The next stream asks for it again.
            fail(Status.RESOURCE_EXHAUSTED.withDescription("the desired state cannot be stored: " + e));
        }
    }

    private void tell(StateChange stored) {
        host.differences(link.states().differences());
        link.tell(stored);
    }

    private void forgotten(List<String> ids) {
        List<JailId> jails = ids.stream().flatMap(LinkStream::jail).toList();
        assembler.forget(jails);
        link.states().forget(jails);
        commits.forget(jails);
        link.pending().forget(jails);
    }

    /** None where it cannot be read: that costs the others nothing, for what is not forgotten is reported again. */
    private static Stream<JailId> jail(String id) {
        try {
            return Stream.of(JailId.parse(id));
        } catch (InvalidValue e) {
            log.atWarn().addKeyValue("cause", e.reason()).log("the server forgot a jail whose id cannot be read");
            return Stream.empty();
        }
    }

    private void question(Question question) {
        link.answering()
                .answer(
                        question,
                        answer -> link.thread()
                                .execute(() -> send(AgentMessage.newBuilder()
                                        .setAnswer(answer)
                                        .build())));
    }

    /** A server of the version before asks in this form. */
    private void question(PathQuestion question) {
        link.answering()
                .answer(
                        QuestionWire.fromPrevious(question, PREVIOUS_LIMIT),
                        answer -> QuestionWire.toPrevious(answer)
                                .ifPresent(verdict -> link.thread()
                                        .execute(() -> send(AgentMessage.newBuilder()
                                                .setPathVerdict(verdict)
                                                .build()))));
    }

    boolean isReady() {
        return welcomed && !over && requests != null && requests.isReady();
    }

    void send(Reports reports) {
        send(AgentMessage.newBuilder().setReports(reports).build());
    }

    void send(Denials denials) {
        send(AgentMessage.newBuilder().setDenials(denials).build());
    }

    private void send(AgentMessage message) {
        if (!over && requests != null) {
            requests.onNext(message);
        }
    }

    private void fail(Status status) {
        if (requests != null) {
            requests.cancel(status.getDescription(), status.asRuntimeException());
        }
        end(status);
    }

    void close() {
        fail(Status.CANCELLED.withDescription("the agent leaves"));
    }

    @Override
    public void onError(Throwable failure) {
        end(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
        end(Status.OK.withDescription("the server closed the stream"));
    }

    private void end(Status status) {
        if (over) {
            return;
        }
        over = true;
        if (heartbeat != null) {
            heartbeat.cancel();
        }
        commits.close();
        channel.shutdownNow();
        link.ended(this, status);
    }
}
