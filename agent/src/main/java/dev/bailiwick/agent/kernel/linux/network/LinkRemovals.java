package dev.bailiwick.agent.kernel.linux.network;

import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.NLM_F_ACK;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_DELLINK;
import static dev.bailiwick.agent.kernel.linux.network.NetlinkBatch.RTM_NEWLINK;

import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Removes network links, on its own thread. For each removal the kernel waits about 20 ms until no processor uses the links
 * (netdev_run_todo in net/core/dev.c), however many links it removes at once. So links that are added meanwhile are removed together.
 */
final class LinkRemovals implements AutoCloseable {

    /**
     * "jail". The agent puts the links into this group and then removes the group: rtnetlink(7) has no other way to remove several links
     * at once.
     */
    private static final int DOOMED_GROUP = 0x6a_61_69_6c;

    private static final int IFLA_GROUP = 27;

    /** A request takes 40 bytes, and a batch has room for 4096. */
    private static final int MAX_AT_ONCE = 100;

    private static final int END = -1;

    private final BlockingQueue<Integer> doomed = new LinkedBlockingQueue<>();
    private final ConcurrentHashMap<Integer, CompletableFuture<Void>> pending = new ConcurrentHashMap<>();
    private final Thread thread =
            Thread.ofPlatform().name("jail-links").daemon().start(this::work);

    /** Removes the link of this index later, if it exists; returns at once. */
    void remove(int index) {
        if (pending.putIfAbsent(index, new CompletableFuture<>()) == null) {
            doomed.add(index);
        }
    }

    /**
     * Returns once no removal of a link of this index is pending.
     *
     * @throws LinuxFailure if the link could not be removed
     */
    void await(int index) {
        CompletableFuture<Void> removal = pending.get(index);
        if (removal == null) {
            return;
        }
        try {
            removal.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof LinuxFailure failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** Returns once all removals that were pending at the time of the call are complete. */
    void awaitAll() {
        List.copyOf(pending.keySet()).forEach(this::await);
    }

    private void work() {
        try {
            while (true) {
                List<Integer> indexes = new ArrayList<>();
                indexes.add(doomed.take());
                doomed.drainTo(indexes, MAX_AT_ONCE - 1);
                boolean last = indexes.removeIf(index -> index == END);
                if (!indexes.isEmpty()) {
                    removeAll(indexes);
                }
                if (last) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void removeAll(List<Integer> indexes) {
        LinuxFailure failure = null;
        try {
            removeTogether(indexes);
        } catch (LinuxFailure e) {
            failure = e;
        }
        for (int index : indexes) {
            CompletableFuture<Void> removal = pending.remove(index);
            if (removal != null && failure == null) {
                removal.complete(null);
            } else if (removal != null) {
                removal.completeExceptionally(failure);
            }
        }
    }

    private static void removeTogether(List<Integer> indexes) {
        NetlinkBatch batch = new NetlinkBatch();
        for (int index : indexes) {
            batch.request("link " + index, RTM_NEWLINK, 0, () -> {
                batch.link(index, 0, 0);
                batch.attribute(IFLA_GROUP, DOOMED_GROUP);
            });
        }
        batch.request("links " + indexes, RTM_DELLINK, NLM_F_ACK, () -> {
            batch.link(0, 0, 0);
            batch.attribute(IFLA_GROUP, DOOMED_GROUP);
        });
        // A link, or even all of them, may not exist any more: a link ends with the network namespace of its other end.
        NetlinkSocket.sendTolerating(Errno.ENODEV, batch);
    }

    /** Returns once all pending removals are complete. */
    @Override
    public void close() {
        doomed.add(END);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
