package dev.bailiwick.agent.kernel.linux.files;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_CLOEXEC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_DIRECTORY;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_NOFOLLOW;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_NONBLOCK;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_PATH;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_RDONLY;

import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FileName;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileResult.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The files of one jail, seen from its root directory. The jail may change all of them at any moment. So every path is resolved by the kernel,
 * below that directory and on its file system only, and something that was opened is used by its descriptor from then on.
 *
 * @param root must stay open
 */
record JailTree(Descriptor root, IdRange range) {

    private static final long WITHIN =
            Constants.RESOLVE_IN_ROOT | Constants.RESOLVE_NO_MAGICLINKS | Constants.RESOLVE_NO_XDEV;

    /** For an entry of a directory that is open. */
    private static final long BELOW = Constants.RESOLVE_BENEATH
            | Constants.RESOLVE_NO_SYMLINKS
            | Constants.RESOLVE_NO_MAGICLINKS
            | Constants.RESOLVE_NO_XDEV;

    /** openat2(2) fails with EAGAIN if something is renamed meanwhile, and a jail can do that for ever. */
    private static final int MAX_TRIES = 64;

    /** As many as the kernel follows. */
    private static final int MAX_LINKS = 40;

    private static Descriptor open(Descriptor from, byte[] path, int flags, int mode, long resolve) {
        try (NativeMemory memory = new NativeMemory()) {
            long result = -Errno.EAGAIN;
            for (int tries = 0; result == -Errno.EAGAIN && tries < MAX_TRIES; tries++) {
                result = Linux.raw(
                        SystemCall.OPENAT2,
                        from.number(),
                        NativeMemory.address(memory.path(path)),
                        NativeMemory.address(Linux.how(memory, flags | O_CLOEXEC, mode, resolve)),
                        24);
            }
            return new Descriptor((int) Linux.check("openat2", "file", result));
        }
    }

    /** Opens an entry of an open directory; follows no link, and enters no other file system. */
    static Descriptor openIn(Descriptor directory, byte[] name, int flags, int mode) {
        return open(directory, name, flags | O_NOFOLLOW, mode, BELOW);
    }

    /** Opens a directory so that its entries can be read; follows links. */
    Descriptor openDirectory(FilePath path) {
        try (Descriptor found = open(root, path.bytes(), O_PATH | O_DIRECTORY, 0, WITHIN)) {
            FileState state = FileState.of(found);
            if (!state.isReadable(range) || !state.isSearchable(range)) {
                throw notTheJails();
            }
            return open(found, ".".getBytes(StandardCharsets.US_ASCII), O_RDONLY | O_DIRECTORY, 0, BELOW);
        }
    }

    /** Opens the directory in which the last part of a path is, to look what is there; follows links in the others. */
    Place place(FilePath path) {
        requireNoRoot(path);
        return placeIn(path.parent().bytes(), FileName.bytes(path.name()));
    }

    /** Opens the directory as {@link #place} does, to change what is in it. */
    Place placeToChange(FilePath path) {
        return toChange(place(path));
    }

    /** Returns a place in a directory of the jail; closes any other. */
    private Place toChange(Place place) {
        if (!FileState.of(place.directory()).isOf(range)) {
            place.close();
            throw new FileRefused(Reason.NOT_ALLOWED, "the directory does not belong to the jail");
        }
        return place;
    }

    private static void requireNoRoot(FilePath path) {
        if (path.isRoot()) {
            throw new FileRefused(Reason.WRONG_KIND, "the root directory of a jail stays as it is");
        }
    }

    private Place placeIn(byte[] directory, byte[] name) {
        Place place = new Place(open(root, directory, O_PATH | O_DIRECTORY, 0, WITHIN), name);
        if (!FileState.of(place.directory()).isSearchable(range)) {
            place.close();
            throw notTheJails();
        }
        return place;
    }

    /** Returns the place to which the links lead at a path; that may be one where nothing is. */
    Place placeBehindLinks(FilePath path) {
        requireNoRoot(path);
        return placeBehindLinks(path.parent().bytes(), FileName.bytes(path.name()), 0);
    }

    /** Returns the place as {@link #placeBehindLinks} does, to change what is there. */
    Place placeToChangeBehindLinks(FilePath path) {
        return toChange(placeBehindLinks(path));
    }

    private Place placeBehindLinks(byte[] above, byte[] name, int links) {
        Place place = placeIn(above, name);
        if (find(place).filter(found -> found.kind() == FileKind.LINK).isEmpty()) {
            return place;
        }
        try (place) {
            if (links == MAX_LINKS) {
                throw new FileRefused(Reason.INVALID, "the path has too many symbolic links");
            }
            byte[] target = FileState.target(place.directory(), name);
            // The kernel resolves the parts of the target that are links or "..".
            byte[] whole = target[0] == '/' ? target : joined(above, target);
            int slash = lastSlash(whole);
            byte[] last = Arrays.copyOfRange(whole, slash + 1, whole.length);
            if (last.length == 0 || isDots(last)) {
                throw new FileRefused(Reason.WRONG_KIND, "the link leads to a directory");
            }
            if (slash > FilePath.MAX_BYTES) {
                throw new FileRefused(Reason.INVALID, "the links lead to a path that is too long");
            }
            return placeBehindLinks(Arrays.copyOf(whole, Math.max(1, slash)), last, links + 1);
        }
    }

    private static byte[] joined(byte[] directory, byte[] relative) {
        byte[] whole = Arrays.copyOf(directory, directory.length + 1 + relative.length);
        whole[directory.length] = '/';
        System.arraycopy(relative, 0, whole, directory.length + 1, relative.length);
        return whole;
    }

    private static int lastSlash(byte[] path) {
        int at = path.length - 1;
        while (path[at] != '/') {
            at--;
        }
        return at;
    }

    private static boolean isDots(byte[] name) {
        return name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'));
    }

    /** Opens a regular file to read it; follows links, and never waits for anybody. */
    Descriptor openFile(FilePath path) {
        try (Descriptor found = open(root, path.bytes(), O_PATH, 0, WITHIN)) {
            if (!requireFile(FileState.of(found)).isReadable(range)) {
                throw notTheJails();
            }
            return reopen(found, O_RDONLY);
        }
    }

    static FileState requireFile(FileState state) {
        if (state.kind() != FileKind.FILE) {
            throw new FileRefused(
                    Reason.WRONG_KIND,
                    "it is not a regular file, but a " + state.kind().text());
        }
        return state;
    }

    /**
     * Opens what a descriptor with O_PATH stands for, which must be a regular file: to open a pipe or a device can wait, or have effects. A
     * process of the jail with a lease (fcntl(2)) would make it wait too: it has one try, and fails with EAGAIN.
     */
    static Descriptor reopen(Descriptor found, int flags) {
        try (NativeMemory memory = new NativeMemory()) {
            return new Descriptor((int) Linux.call(
                    SystemCall.OPENAT2,
                    "file",
                    Constants.AT_FDCWD,
                    NativeMemory.address(memory.text(through(found))),
                    NativeMemory.address(Linux.how(memory, flags | O_NONBLOCK | O_CLOEXEC, 0, 0)),
                    24));
        }
    }

    /** Returns a path of the agent that leads to this very file. */
    static String through(Descriptor file) {
        return "/proc/self/fd/" + file.number();
    }

    /** Returns the state of what is at a place; empty if nothing is. */
    static Optional<FileState> find(Place place) {
        try {
            return Optional.of(FileState.of(place.directory(), place.name()));
        } catch (LinuxFailure e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Returns the state of what is at a place, which must be the jail's and no mount. */
    FileState requireOwn(Place place) {
        FileState state = FileState.of(place.directory(), place.name());
        if (state.isMounted()) {
            throw new FileRefused(Reason.MOUNTED, FileRefused.MOUNTED);
        }
        if (!state.isOf(range)) {
            throw notTheJails();
        }
        return state;
    }

    private static FileRefused notTheJails() {
        return new FileRefused(Reason.NOT_ALLOWED, "the file does not belong to the jail");
    }

    FileEntry entry(Place place) {
        return entry(place.directory(), place.name(), FileState.of(place.directory(), place.name()));
    }

    FileEntry entry(Descriptor directory, byte[] name, FileState state) {
        Optional<String> target = state.kind() == FileKind.LINK
                ? Optional.of(FileName.text(FileState.target(directory, name)))
                : Optional.empty();
        return state.entry(FileName.text(name), range, target);
    }

    FileEntry rootEntry() {
        return FileState.of(root).entry("", range, Optional.empty());
    }
}
