package dev.bailiwick.agent.link;

import dev.bailiwick.agent.link.state.AssembledCommit;
import dev.bailiwick.agent.link.state.CommitAssembler;
import dev.bailiwick.agent.link.state.Lineage.Origin;
import dev.bailiwick.agent.link.state.Unreadable;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.v1.Accepted;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Commit;
import dev.bailiwick.protocol.v1.SnapshotBegin;
import io.grpc.Status;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the desired state that the server sends on one stream: assembles it, stores it, and then passes it on. On the link's thread. */
final class DesiredStateReceiver implements CommitStore.Listener, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DesiredStateReceiver.class);

    private final ServerLink link;
    private final HostReports host;
    private final Consumer<AgentMessage> send;
    private final Consumer<Status> fail;
    private final CommitAssembler assembler;
    private final CommitStore commits;
    private OptionalLong commonRevision = OptionalLong.empty();

    /** @param fail ends the stream */
    DesiredStateReceiver(ServerLink link, HostReports host, Consumer<AgentMessage> send, Consumer<Status> fail) {
        this.link = link;
        this.host = host;
        this.send = send;
        this.fail = fail;
        this.assembler = link.states().assembler();
        this.commits = new CommitStore(link.thread(), link.states(), link.disk(), this);
    }

    CommitAssembler assembler() {
        return assembler;
    }

    void beginSnapshot(SnapshotBegin begin) {
        assembler.beginSnapshot();
        commonRevision =
                begin.getBranched() ? OptionalLong.of(Math.max(0, begin.getCommonRevision())) : OptionalLong.empty();
    }

    void commit(Commit commit) {
        Origin origin = new Origin(commit.getHash(), commonRevision);
        commonRevision = OptionalLong.empty();
        if (!commits.add(assembler.commit(commit.getRevision()), origin)) {
            fail.accept(Status.RESOURCE_EXHAUSTED.withDescription("the desired state cannot be stored"));
        }
    }

    @Override
    public void stored(AssembledCommit committed, StateChange change) {
        host.conditions(link.states().conditions());
        send.accept(AgentMessage.newBuilder()
                .setAccepted(Accepted.newBuilder().setRevision(committed.revision()))
                .build());
        tell(change);
        committed.unreadable().jails().forEach(this::leave);
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
        link.report(unreadable.report(link.host().version(), Instant.now()));
    }

    /** Gives up a jail that the server does not know. */
    void letGo(String id) {
        jail(id).forEach(this::letGo);
    }

    private void letGo(JailId jail) {
        try {
            StateChange stored = link.states().letGo(jail);
            if (!stored.isNothing()) {
                tell(stored);
            }
        } catch (IOException e) {
            // The server asks for it again on the next stream.
            fail.accept(Status.RESOURCE_EXHAUSTED.withDescription("the desired state cannot be stored: " + e));
        }
    }

    private void tell(StateChange stored) {
        host.differences(link.states().differences());
        link.tell(stored);
    }

    /** Nothing is left of these jails, and the server knows it. */
    void forget(List<String> ids) {
        List<JailId> jails = ids.stream().flatMap(DesiredStateReceiver::jail).toList();
        assembler.forget(jails);
        link.states().forget(jails);
        commits.forget(jails);
        link.pending().forget(jails);
    }

    /** Nothing if the id cannot be read. The other jails are still forgotten, and this one is reported again. */
    private static Stream<JailId> jail(String id) {
        try {
            return Stream.of(JailId.parse(id));
        } catch (InvalidValue e) {
            log.atWarn().addKeyValue("cause", e.reason()).log("the server forgot a jail whose id cannot be read");
            return Stream.empty();
        }
    }

    @Override
    public void close() {
        commits.close();
    }
}
