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
 * Unmounts the file systems of stopped jails, on its own thread. Otherwise the last process of a jail would do so before it ends. An
 * overlay that is unmounted first writes its whole underlying file system to the disk, including everything that other jails have written
 * there (ovl_sync_fs in fs/overlayfs/super.c).
 */
public final class MountRemovals implements AutoCloseable {

    /** Beyond this number each jail unmounts its own: a thousand jails that end in parallel are faster than one thread. */
    private static final int MAX_AT_ONCE = 64;

    /** Usually it takes a few milliseconds. The thread that waits here cannot start other jails meanwhile. */
    private static final long MAX_WAIT_MS = 500;

    private final Map<JailId, Descriptor> held = new ConcurrentHashMap<>();
    private final Map<JailId, CompletableFuture<Void>> pending = new ConcurrentHashMap<>();
    private final ExecutorService thread;

    public MountRemovals() {
        this(Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("jail-mounts").daemon().factory()));
    }

    /** @param thread runs one removal after the other */
    MountRemovals(ExecutorService thread) {
        this.thread = thread;
    }

    /** Keeps the mounts of this init's jail until {@link #remove}; does nothing if the init has ended. */
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

    /** Removes the mounts kept for this jail; returns at once. */
    public void remove(JailId jail) {
        Descriptor mounts = held.remove(jail);
        if (mounts != null) {
            close(jail, mounts::close);
        }
    }

    /** Closes what may be the last that holds the mounts of this jail; returns at once. */
    public void close(JailId jail, Runnable closing) {
        CompletableFuture<Void> removal = new CompletableFuture<>();
        pending.put(jail, removal);
        thread.execute(() -> {
            try {
                closing.run();
            } finally {
                pending.remove(jail, removal);
                removal.complete(null);
            }
        });
    }

    /**
     * Returns once no removal for this jail is pending.
     *
     * @throws KernelRefusal if that takes too long for other starts to wait
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
                    "DiskBusy", "the jail's previous data is still being written to the disk, which is busy");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KernelRefusal.transientFailure("AgentStops", "the agent is stopping");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a removal never fails", e);
        }
    }

    /** Returns once all pending removals are complete; kept mounts end with the agent. */
    @Override
    public void close() {
        thread.close();
        held.values().forEach(Descriptor::close);
    }
}
