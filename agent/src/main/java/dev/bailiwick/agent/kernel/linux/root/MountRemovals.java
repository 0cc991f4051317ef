package dev.bailiwick.agent.kernel.linux.root;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.AT_FDCWD;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_RDONLY;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.jail.JailId;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Takes apart what jails that are stopped had mounted, on a thread of its own. Otherwise the last process of a jail does, before it
 * has ended: and an overlay that goes first writes the whole file system that it lies on to the disk, with all that other
 * jails have written there (ovl_sync_fs in fs/overlayfs/super.c).
 */
public final class MountRemovals implements AutoCloseable {

    /** Beyond these each jail takes its own apart: a thousand that end side by side are sooner done than one thread. */
    private static final int MAX_AT_ONCE = 64;

    /** A few milliseconds are usual. Waiting keeps a thread from starting other jails. */
    private static final long MAX_WAIT_MS = 500;

    private final Map<JailId, Descriptor> held = new ConcurrentHashMap<>();
    private final Map<JailId, CompletableFuture<Void>> pending = new ConcurrentHashMap<>();
    private final ExecutorService thread;

    public MountRemovals() {
        this(Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("jail-mounts").daemon().factory()));
    }

    /** @param thread does one after the other */
    MountRemovals(ExecutorService thread) {
        this.thread = thread;
    }

    /** What the jail of this init has mounted stays until {@link #remove}; does nothing where it has ended. */
    public void hold(JailId jail, int initPid) {
        if (held.size() + pending.size() >= MAX_AT_ONCE || held.containsKey(jail)) {
            return;
        }
        String namespace = "/proc/" + initPid + "/ns/mnt";
        try (NativeMemory memory = new NativeMemory()) {
            long opened = Linux.openat2Raw(memory, AT_FDCWD, namespace, O_RDONLY | O_CLOEXEC, 0, 0);
            if (opened >= 0) {
                held.put(jail, new Descriptor((int) opened).movedHigh());
            }
        }
    }

    /** Has what is held of this jail removed; returns at once. */
    public void remove(JailId jail) {
        Descriptor mounts = held.remove(jail);
        if (mounts == null) {
            return;
        }
        CompletableFuture<Void> removal = new CompletableFuture<>();
        pending.put(jail, removal);
        thread.execute(() -> {
            mounts.close();
            pending.remove(jail);
            removal.complete(null);
        });
    }

    /**
     * Returns once nothing of this jail's is still to be removed.
     *
     * @throws KernelRefusal if that takes longer than a start of others should have to wait
     */
    public void await(JailId jail) {
        CompletableFuture<Void> removal = pending.get(jail);
        if (removal == null) {
            return;
        }
        try {
            removal.get(MAX_WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw KernelRefusal.transientFailure(
                    "DiskBusy", "what the jail wrote before is still on its way to the disk, which is busy");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KernelRefusal.transientFailure("AgentStops", "the agent is stopping");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a removal never fails", e);
        }
    }

    /** Returns once all that were to be removed are; what is held goes with the agent. */
    @Override
    public void close() {
        thread.close();
        held.values().forEach(Descriptor::close);
    }
}
