package dev.bailiwick.agent.link;

import dev.bailiwick.agent.link.CommitAssembler.Committed;
import dev.bailiwick.agent.link.Lineage.Origin;
import dev.bailiwick.jail.StateChange;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores what the server commits on one stream, in its order, for each builds on the one before; where the disk has no room, again after
 * a while. On the link's thread.
 */
final class CommitStore implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(CommitStore.class);

    /** While its disk is full, the server sends this host a commit every few seconds at most. */
    private static final int MAX_UNSTORED = 100;

    private record Unstored(Committed said, Origin origin) {}

    /** Notified of what has become of commits. */
    interface Listener {

        /** This one is durable. */
        void stored(Committed committed, StateChange change);

        /** The first that is not stored yet could not be. */
        void notStored();
    }

    /** The first first. */
    private final Deque<Unstored> unstored = new ArrayDeque<>();

    private final LinkThread thread;
    private final DesiredStates states;
    private final RetryDelay delay;
    private final Listener listener;
    private LinkThread.@Nullable Timer again;

    /** @param delay between attempts */
    CommitStore(LinkThread thread, DesiredStates states, RetryDelay delay, Listener listener) {
        this.thread = thread;
        this.states = states;
        this.delay = delay;
        this.listener = listener;
    }

    /** @return false where so many wait already that the stream had better end */
    boolean add(Committed committed, Origin origin) {
        unstored.add(new Unstored(committed, origin));
        if (unstored.size() > MAX_UNSTORED) {
            return false;
        }
        storeAll();
        return true;
    }

    private void storeAll() {
        while (!unstored.isEmpty()) {
            Unstored next = unstored.getFirst();
            StateChange stored;
            try {
                stored = states.take(next.said, next.origin);
            } catch (IOException e) {
                storeLater(e);
                return;
            }
            unstored.removeFirst();
            delay.reset();
            listener.stored(next.said, stored);
        }
    }

    /** The stream stays: the server hears why this host does not follow, and the disk may have room again. */
    private void storeLater(IOException cause) {
        listener.notStored();
        Duration wait = delay.next();
        log.atWarn()
                .addKeyValue("cause", cause.toString())
                .addKeyValue("againInMillis", wait.toMillis())
                .log("the desired state cannot be stored");
        cancel();
        again = thread.after(wait, () -> {
            again = null;
            storeAll();
        });
    }

    /** Gives up what is not stored; the next stream begins with it. */
    @Override
    public void close() {
        unstored.clear();
        cancel();
    }

    private void cancel() {
        if (again != null) {
            again.cancel();
        }
    }
}
