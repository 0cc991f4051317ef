package dev.bailiwick.agent.link;

import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.ObjectKind;
import dev.bailiwick.protocol.FactsWire;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.QuestionWire;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Denials;
import dev.bailiwick.protocol.v1.Figures;
import dev.bailiwick.protocol.v1.Heartbeat;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.LinkGrpc;
import dev.bailiwick.protocol.v1.Reports;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.Welcome;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One stream to the server, from its Hello to its end. Confined to the link's thread. */
final class LinkStream implements ClientResponseObserver<AgentMessage, ServerMessage> {

    private static final Logger log = LoggerFactory.getLogger(LinkStream.class);

    private final ManagedChannel channel;
    private final ServerLink link;
    private final DesiredStateReceiver desired;
    private final HostReports host;
    private final ServerQuestions questions;
    private final NetworksWire networks = new NetworksWire();
    private @Nullable ClientCallStreamObserver<AgentMessage> requests;
    private LinkThread.@Nullable Timer heartbeat;

    private boolean welcomed;
    private long welcomedAtNanos;
    private boolean over;
    private @Nullable HostFacts toldFacts;

    LinkStream(ManagedChannel channel, ServerLink link) {
        this.channel = channel;
        this.link = link;
        this.host = new HostReports(this::send, link.host().conditions());
        this.questions = new ServerQuestions(link, this::send);
        this.desired = new DesiredStateReceiver(link, host, this::send, this::fail);
    }

    void open() {
        HostFacts facts = link.host().facts().get();
        toldFacts = facts;
        LinkGrpc.newStub(channel).session(this);
        send(AgentMessage.newBuilder()
                .setHello(Hello.newBuilder()
                        .setAcceptedRevision(link.states().revisionToClaim())
                        .setAgentVersion(link.host().version())
                        .addAllMarks(link.states().marks())
                        .setKeepsDifferences(true)
                        .addAllAnswers(QuestionWire.KINDS)
                        .addAllKinds(ObjectKind.texts())
                        .addAllStreams(link.streams().kinds())
                        .setFacts(FactsWire.toWire(facts)))
                .build());
    }

    /** Sends the current conditions of this host. Its facts are sent once, when a stream begins: if they have changed, this stream ends. */
    void lookAtHost() {
        if (!welcomed || over) {
            return;
        }
        if (!link.host().facts().get().equals(toldFacts)) {
            fail(Status.OK.withDescription("the facts about this host have changed"));
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
            log.atWarn().addKeyValue("cause", e.getMessage()).log("the server sent an invalid message");
            link.states().needSnapshot();
            fail(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
        }
    }

    private void take(ServerMessage message) {
        switch (message.getMessageCase()) {
            case WELCOME -> welcomed(message.getWelcome());
            case SNAPSHOT_BEGIN -> desired.beginSnapshot(message.getSnapshotBegin());
            case OBJECT -> desired.assembler().add(message.getObject());
            case INTENT -> desired.assembler().add(message.getIntent());
            case REMOVAL -> desired.assembler().add(message.getRemoval());
            case COMMIT -> desired.commit(message.getCommit());
            case LET_GO -> desired.letGo(message.getLetGo().getJailId());
            case QUESTION -> questions.answer(message.getQuestion());
            case PATH_QUESTION -> questions.answer(message.getPathQuestion());
            case FORGOTTEN -> desired.forget(message.getForgotten().getJailIdsList());
            case DENIALS_TAKEN -> link.taken(message.getDenialsTaken());
            case FIGURES_TAKEN -> link.taken(message.getFiguresTaken());
            case POOLS -> link.pools(PoolsWire.fromWire(message.getPools()));
            case DIAL -> link.streams().dial(Optional.empty(), message.getDial().getTicket());
            case NETWORKS -> networks.add(message.getNetworks()).ifPresent(link::networks);
            // A later server may send messages that this agent does not know.
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
        host.files(link.host().files().get());
        link.welcomed();
    }

    boolean wasWelcomed() {
        return welcomed;
    }

    boolean wasSteadyFor(Duration time) {
        return welcomed && System.nanoTime() - welcomedAtNanos >= time.toNanos();
    }

    /** Waits between four and five fifths of the interval, so that thousands of hosts do not send heartbeats at the same time. */
    private void scheduleHeartbeat(int interval) {
        int wait = interval - link.random().nextInt(interval / 5 + 1);
        heartbeat = link.thread().after(Duration.ofMillis(wait), () -> {
            send(AgentMessage.newBuilder()
                    .setHeartbeat(Heartbeat.getDefaultInstance())
                    .build());
            // Not urgent: the server has known each directory since its jail was removed.
            host.files(link.host().files().get());
            scheduleHeartbeat(interval);
        });
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

    void send(Figures figures) {
        send(AgentMessage.newBuilder().setFigures(figures).build());
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
        fail(Status.CANCELLED.withDescription("the agent closed the connection"));
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
        desired.close();
        channel.shutdownNow();
        link.ended(this, status);
    }
}
