package dev.bailiwick.agent.kernel.linux;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.AT_FDCWD;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_DIRECTORY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_PATH;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.files.FileOperations;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.sandbox.StoppedRoot;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileResult.Reason;
import dev.bailiwick.jail.file.FileWork;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Opens the root of jails for what people do with files. That of a running jail is the one that its first process has. That of any other is
 * mounted for the moment, so the jail cannot start meanwhile: two overlays must not write to the same directory.
 */
final class FileAccess {

    /** So that one jail does not use up what a host does. */
    private static final int MAX_OF_JAIL = 4;

    private static final int LOCKS = 1_024;
    private static final long MAX_WAIT_SECONDS = 3;

    private final KernelParts parts;
    private final RunningJails running;
    private final Map<JailId, Integer> current = new ConcurrentHashMap<>();
    /** Each for the jails whose ids have one remainder. Fair, so that a start has its turn. */
    private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

    FileAccess(KernelParts parts, RunningJails running) {
        this.parts = parts;
        this.running = running;
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new ReentrantLock(true);
        }
    }

    private ReentrantLock lockOf(JailId jail) {
        return locks[Math.floorMod(jail.hashCode(), LOCKS)];
    }

    /** Does something for which nobody else may have the files of a jail that does not run. */
    <T> T exclusively(JailId jail, Supplier<T> action) {
        ReentrantLock lock = lockOf(jail);
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    /** Does something as {@link #exclusively(JailId, Supplier)} does. */
    void exclusively(JailId jail, Runnable action) {
        JailId _ = exclusively(jail, () -> {
            action.run();
            return jail;
        });
    }

    /** See {@link dev.bailiwick.agent.kernel.JailFileAccess#work}. */
    FileResult work(FileWork work) {
        JailId jail = work.jail();
        if (current.merge(jail, 1, Integer::sum) > MAX_OF_JAIL) {
            leave(jail);
            return busy(MAX_OF_JAIL + " requests work on files of the jail already");
        }
        try {
            return perform(work);
        } catch (KernelRefusal e) {
            return e.isPermanent() ? new FileResult.Refused(Reason.INVALID, e.detail()) : busy(e.detail());
        } catch (LinuxFailure e) {
            return busy("the files of the jail cannot be opened: " + e.inWords());
        } finally {
            leave(jail);
        }
    }

    private void leave(JailId jail) {
        current.computeIfPresent(jail, (_, count) -> count == 1 ? null : count - 1);
    }

    private static FileResult busy(String detail) {
        return new FileResult.Refused(Reason.BUSY, detail);
    }

    private FileResult perform(FileWork work) {
        Optional<IdRange> range = parts.idRanges().find(work.jail());
        if (range.isEmpty()) {
            return new FileResult.Refused(Reason.NO_FILES, "the jail has not started on this host yet");
        }
        Optional<Descriptor> root = rootOfRunning(work.jail());
        if (root.isPresent()) {
            try (Descriptor open = root.get()) {
                return new FileOperations(open, range.get()).perform(work.request());
            }
        }
        ReentrantLock lock = lockOf(work.jail());
        try {
            if (!lock.tryLock(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
                return busy("somebody else works on files of the jail, or it starts");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return busy("the agent is stopping");
        }
        try {
            return performStopped(work, range.get());
        } finally {
            lock.unlock();
        }
    }

    /** Returns the root directory as the first process of a jail sees it; empty if it does not run. */
    private Optional<Descriptor> rootOfRunning(JailId jail) {
        Optional<RunningJails.RunningJail> found = running.find(jail);
        Optional<Descriptor> copy = found.flatMap(one -> one.process().copy());
        if (copy.isEmpty()) {
            return Optional.empty();
        }
        try (Descriptor init = copy.get()) {
            Descriptor root =
                    Linux.openat2(AT_FDCWD, "/proc/" + found.get().initPid() + "/root", O_PATH | O_DIRECTORY, 0, 0);
            // As long as the process exists, its id is that of no other.
            if (Linux.raw(SystemCall.PIDFD_SEND_SIGNAL, init.number(), 0, 0, 0) < 0) {
                root.close();
                return Optional.empty();
            }
            return Optional.of(root);
        } catch (LinuxFailure e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ESRCH) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private FileResult performStopped(FileWork work, IdRange range) {
        if (running.find(work.jail()).isPresent()
                || parts.cgroups().markOf(range).isPresent()) {
            return busy("the jail starts or stops at this moment");
        }
        String recorded = parts.idRanges().recorded(work.root());
        if (parts.idRanges().heldBy(work.jail()).stream()
                .noneMatch(holding -> holding.path().equals(recorded))) {
            return new FileResult.Refused(Reason.NO_FILES, "the jail has no files at its path on this host yet");
        }
        parts.mountRemovals().await(work.jail());
        try (Descriptor root =
                StoppedRoot.mount(range, users -> parts.files().open(work.root(), work.base(), range, users))) {
            return new FileOperations(root, range).perform(work.request());
        }
    }
}
