package dev.bailiwick.agent.link;

import dev.bailiwick.agent.link.state.AssembledCommit;
import dev.bailiwick.agent.link.state.DesiredStates;
import dev.bailiwick.agent.link.state.Lineage.Origin;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.desired.DesiredObject;
import dev.bailiwick.jail.desired.StateChange;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the server's commits of one stream in their order, because each builds on the previous one. If the disk is full, it tries
 * again later. Used on the link's thread.
 */
final class CommitStore implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(CommitStore.class);

    /** Generous: the server sends a host with a full disk at most one commit every few seconds. */
    private static final int MAX_PENDING = 100;

    private record PendingCommit(AssembledCommit commit, Origin origin) {}

    /** Is notified whether commits could be stored. */
    interface Listener {

        /** Called when the commit is durable. */
        void stored(AssembledCommit committed, StateChange change);

        /** Called when an attempt to store the oldest waiting commit has failed. */
        void notStored();

        /** Called when the ends of jails in the waiting commits have become durable. */
        void relieved(StateChange ends);
    }

    /** Oldest first. */
    private final Deque<PendingCommit> pending = new ArrayDeque<>();

    private final LinkThread thread;
    private final DesiredStates states;
    private final RetryDelay delay;
    private final Listener listener;
    private LinkThread.@Nullable Timer again;

    /** @param delay the delay between attempts */
    CommitStore(LinkThread thread, DesiredStates states, RetryDelay delay, Listener listener) {
        this.thread = thread;
        this.states = states;
        this.delay = delay;
        this.listener = listener;
    }

    /** @return false if more than {@value #MAX_UNSTORED} commits wait, so that the caller should end the stream */
    boolean add(AssembledCommit committed, Origin origin) {
        pending.add(new PendingCommit(committed, origin));
        if (pending.size() > MAX_PENDING) {
            return false;
        }
        storeAll();
        return true;
    }

    private void storeAll() {
        while (!pending.isEmpty()) {
            PendingCommit next = pending.getFirst();
            StateChange stored;
            try {
                stored = states.take(next.commit, next.origin);
            } catch (IOException e) {
                storeLater(e);
                return;
            }
            pending.removeFirst();
            delay.reset();
            listener.stored(next.commit, stored);
        }
    }

    /** Tries again later. The stream stays open, so that the server learns why this host does not follow. */
    private void storeLater(IOException cause) {
        storeEnds();
        listener.notStored();
        Duration wait = delay.next();
        log.atWarn()
                .addKeyValue("cause", cause.toString())
                .addKeyValue("againInMillis", wait.toMillis())
                .log("cannot store the desired state");
        cancel();
        again = thread.after(wait, () -> {
            again = null;
            storeAll();
        });
    }

    /** Stores at least the stops and removals of jails in the waiting commits. */
    private void storeEnds() {
        if (pending.stream().anyMatch(one -> one.origin.commonRevision().isPresent())) {
            // A restored server may stop or remove jails by mistake.
            return;
        }
        StateChange ends =
                states.takeEnds(pending.stream().map(PendingCommit::commit).toList());
        if (ends.isNothing()) {
            return;
        }
        // Otherwise an older definition of the same jail would be stored after its end.
        Map<ObjectId, DesiredObject> taken =
                ends.changed().stream().collect(Collectors.toMap(DesiredObject::id, Function.identity()));
        replaceAll(commit -> commit.with(taken));
        listener.relieved(ends);
    }

    /** Drops the removals of these jails, which are done; the server will not send the jails again. */
    void forget(List<JailId> jails) {
        replaceAll(commit -> commit.withoutRemovalsOf(jails));
    }

    private void replaceAll(UnaryOperator<AssembledCommit> change) {
        List<PendingCommit> before = List.copyOf(pending);
        pending.clear();
        before.forEach(one -> pending.add(new PendingCommit(change.apply(one.commit), one.origin)));
    }

    /** Drops the commits that are not stored; the server sends them again on the next stream. */
    @Override
    public void close() {
        pending.clear();
        cancel();
    }

    private void cancel() {
        if (again != null) {
            again.cancel();
        }
    }
}
