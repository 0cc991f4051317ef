package dev.bailiwick.agent.kernel.linux.files;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.AT_REMOVEDIR;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_DIRECTORY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_RDONLY;

import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.file.FileResult.Reason;
import dev.bailiwick.jail.file.FileResult.Removed;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Removes a file, or a directory with what is in it, until its time is over; another one goes on. It has a bounded number of descriptors, because
 * a jail may nest directories deeper than any table of them: it moves those that are too deep to the top of the same directory.
 */
final class Removal {

    private static final int MAX_DEPTH = 32;

    private final Place place;
    private final IdRange range;
    private final Deadline deadline;
    private long removed;
    /** A directory to which those that are too deep are moved. */
    private Descriptor top = Descriptor.NONE;

    /** @param range the ids of which the place is */
    Removal(Place place, IdRange range, Deadline deadline) {
        this.place = place;
        this.range = range;
        this.deadline = deadline;
    }

    Removed run() {
        if (unlink(place.directory(), place.name(), 0)) {
            return new Removed(removed, true);
        }
        try (Descriptor directory = openDirectory(place.directory(), place.name())) {
            top = directory;
            if (!empty(directory, 1)) {
                return new Removed(removed, false);
            }
        } catch (LinuxFailure e) {
            if (isReplaced(e)) {
                return new Removed(removed, false);
            }
            throw e;
        }
        unlink(place.directory(), place.name(), AT_REMOVEDIR);
        return new Removed(removed, true);
    }

    private static Descriptor openDirectory(Descriptor parent, byte[] name) {
        return JailTree.openIn(parent, name, O_RDONLY | O_DIRECTORY, 0);
    }

    /** Removes an entry; returns false if it is a directory, and {@code flags} are 0. */
    private boolean unlink(Descriptor parent, byte[] name, int flags) {
        try (NativeMemory memory = new NativeMemory()) {
            long result =
                    Linux.raw(SystemCall.UNLINKAT, parent.number(), NativeMemory.address(memory.path(name)), flags);
            if (result == -Errno.ENOENT) {
                return true;
            }
            if (result == -Errno.EISDIR && flags == 0) {
                return false;
            }
            Linux.check("unlinkat", "file", result);
            removed++;
            return true;
        }
    }

    /**
     * Removes everything in a directory, in as many passes as it needs: it is read while it changes. Returns false if the time is over.
     */
    private boolean empty(Descriptor directory, int depth) {
        while (true) {
            long before = removed;
            boolean isRead = Directory.read(directory, entry -> {
                removeEntry(directory, entry.name(), depth);
                return !deadline.isOver();
            });
            if (!isRead) {
                return false;
            }
            if (removed == before) {
                return true;
            }
        }
    }

    private void removeEntry(Descriptor parent, byte[] name, int depth) {
        if (!isThere(parent, name) || unlink(parent, name, 0)) {
            return;
        }
        if (depth == MAX_DEPTH) {
            lift(parent, name);
            return;
        }
        try (Descriptor directory = openDirectory(parent, name)) {
            if (!empty(directory, depth + 1)) {
                return;
            }
        } catch (LinuxFailure e) {
            if (isReplaced(e)) {
                return;
            }
            throw e;
        }
        unlink(parent, name, AT_REMOVEDIR);
    }

    /** @throws FileRefused if it is, and does not belong to the jail */
    private boolean isThere(Descriptor parent, byte[] name) {
        Optional<FileState> state = JailTree.find(new Place(parent, name));
        if (state.filter(found -> !found.isOf(range)).isPresent()) {
            throw new FileRefused(Reason.NOT_ALLOWED, "a file in it does not belong to the jail");
        }
        return state.isPresent();
    }

    private void lift(Descriptor parent, byte[] name) {
        String above = ".bailiwick-removed-"
                + Long.toHexString(ThreadLocalRandom.current().nextLong());
        try (NativeMemory memory = new NativeMemory()) {
            Linux.call(
                    SystemCall.RENAMEAT2,
                    "directory",
                    parent.number(),
                    NativeMemory.address(memory.path(name)),
                    top.number(),
                    NativeMemory.address(memory.path(above.getBytes(StandardCharsets.US_ASCII))),
                    0);
        }
        removed++;
    }

    /** Returns whether a directory has become another kind of file, or is gone: the next try sees that. */
    private static boolean isReplaced(LinuxFailure failure) {
        return failure.errno() == Errno.ENOTDIR || failure.errno() == Errno.ELOOP || failure.errno() == Errno.ENOENT;
    }
}
