package dev.bailiwick.agent.kernel.linux;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.AT_FDCWD;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_DIRECTORY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_PATH;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.files.FileOperations;
import dev.bailiwick.agent.kernel.linux.files.OpenDirectories;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.root.RootTrees;
import dev.bailiwick.agent.kernel.linux.sandbox.StoppedRoot;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileResult.Reason;
import dev.bailiwick.jail.file.FileWork;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Opens the root of jails for what people do with files. That of a running jail is the one that its first process has. That of any other is
 * mounted for the moment, so the jail cannot start meanwhile: two overlays must not write to the same directory.
 */
final class FileAccess {

    /** So that one jail does not use up what a host does. */
    private static final int MAX_OF_JAIL = 4;

    /** How long a directory stays open for the next part of a list of it. */
    private static final Duration IDLE = Duration.ofSeconds(5);

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** Steps of other jails wait for the thread of one that waits here. */
    private static final Duration PATIENCE_OF_A_STEP = Duration.ofMillis(500);

    private final KernelParts parts;
    private final RunningJails running;
    private final Map<JailId, Integer> current = new ConcurrentHashMap<>();
    private final JailLocks locks = new JailLocks();
    private final OpenDirectories directories = new OpenDirectories(IDLE);
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("jail-directories").daemon().factory());

    FileAccess(KernelParts parts, RunningJails running) {
        this.parts = parts;
        this.running = running;
    }

    /** Closes what is open; nothing may be done with files afterwards. */
    void close() {
        later.shutdownNow();
    }

    /** Sees to it that a directory does not stay open if nobody asks for the next part of its list. */
    private void closeLater(JailId jail) {
        var _ = later.schedule(() -> close(jail, directories.takeIdle(jail)), IDLE.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Whoever closes the last directory of a jail that has ended unmounts its file systems. */
    private void close(JailId jail, Optional<Runnable> taken) {
        taken.ifPresent(closing -> parts.mountRemovals().close(jail, closing));
    }

    /**
     * Does something for which nobody else may have the files of a jail.
     *
     * @throws KernelRefusal if somebody works on them
     */
    <T> T exclusively(JailId jail, Supplier<T> action) {
        try (JailLocks.Held _ = locks.exclude(jail, PATIENCE_OF_A_STEP)
                .orElseThrow(
                        () -> KernelRefusal.transientFailure("FilesBusy", "somebody works on files of the jail"))) {
            close(jail, directories.takeAll(jail));
            return action.get();
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
            return new FileResult.Refused(Reason.NO_FILES, "it has not started on this host");
        }
        return performRunning(work, range.get())
                .orElseGet(() -> locks.exclude(work.jail(), PATIENCE)
                        .map(held -> {
                            try (held) {
                                return performStopped(work, range.get());
                            }
                        })
                        .orElseGet(FileAccess::inUse));
    }

    private static FileResult inUse() {
        return busy("somebody else works on files of the jail, or it starts");
    }

    /** Returns empty if the jail does not run. While this works, the jail may end, but it cannot start again with another overlay. */
    private Optional<FileResult> performRunning(FileWork work, IdRange range) {
        Optional<JailLocks.Held> share = locks.share(work.jail(), PATIENCE);
        if (share.isEmpty()) {
            return Optional.of(inUse());
        }
        try (JailLocks.Held _ = share.get()) {
            Optional<Descriptor> root = rootOfRunning(work.jail());
            if (root.isEmpty()) {
                return Optional.empty();
            }
            try (Descriptor open = root.get()) {
                return Optional.of(performAlone(work, FileOperations.ofRunning(open, range, work.jail(), directories)));
            }
        }
    }

    /** Two parts of one upload must not be written at the same time. */
    private FileResult performAlone(FileWork work, FileOperations operations) {
        if (!isUpload(work.request())) {
            FileResult result = operations.perform(work.request());
            if (result instanceof FileResult.Entries(var _, Optional<Long> next) && next.isPresent()) {
                closeLater(work.jail());
            }
            return result;
        }
        Optional<JailLocks.Held> uploads = locks.upload(work.jail(), PATIENCE);
        if (uploads.isEmpty()) {
            return inUse();
        }
        try (JailLocks.Held _ = uploads.get()) {
            return operations.perform(work.request());
        }
    }

    private static boolean isUpload(FileRequest request) {
        return request instanceof FileRequest.Write
                || request instanceof FileRequest.Batch(List<FileRequest> requests)
                        && requests.stream().anyMatch(FileAccess::isUpload);
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
            return new FileResult.Refused(Reason.NO_FILES, "nothing is at its path on this host");
        }
        close(work.jail(), directories.takeAll(work.jail()));
        parts.mountRemovals().await(work.jail());
        RootTrees.Use use = work.request().isChange() ? RootTrees.Use.CHANGE : RootTrees.Use.READ;
        try (Descriptor root =
                StoppedRoot.mount(range, users -> parts.files().open(work.root(), work.base(), range, users, use))) {
            return FileOperations.atOnce(root, range).perform(work.request());
        }
    }
}
