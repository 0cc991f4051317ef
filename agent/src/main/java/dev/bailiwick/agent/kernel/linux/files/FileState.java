package dev.bailiwick.agent.kernel.linux.files;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What statx(2) says about a file.
 *
 * @param owner the user id in the host's numbering, as {@code group} that of the group
 * @param mode type and permissions, S_IF*
 * @param device the number of its file system, which another one can have after it has ended
 * @param isMounted whether it is the root of a mount
 */
record FileState(
        long owner,
        long group,
        int mode,
        long device,
        long inode,
        long size,
        long seconds,
        int nanos,
        boolean isMounted) {

    private static final int STATX_BYTES = 256;
    private static final int MAX_TARGET = 4_096;

    /** Returns the state of an entry of a directory; does not follow a link. */
    static FileState of(Descriptor directory, byte[] name) {
        return read(directory, name, Constants.AT_SYMLINK_NOFOLLOW | Constants.AT_NO_AUTOMOUNT);
    }

    static FileState of(Descriptor file) {
        return read(file, new byte[0], Constants.AT_EMPTY_PATH);
    }

    private static FileState read(Descriptor directory, byte[] name, int flags) {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer state = memory.bytes(STATX_BYTES);
            Linux.call(
                    SystemCall.STATX,
                    "file",
                    directory.number(),
                    NativeMemory.address(memory.path(name)),
                    flags,
                    Constants.STATX_BASIC_STATS,
                    NativeMemory.address(state));
            return new FileState(
                    Integer.toUnsignedLong(state.getInt(20)),
                    Integer.toUnsignedLong(state.getInt(24)),
                    Short.toUnsignedInt(state.getShort(28)),
                    Integer.toUnsignedLong(state.getInt(136)) << 32 | Integer.toUnsignedLong(state.getInt(140)),
                    state.getLong(32),
                    state.getLong(40),
                    state.getLong(112),
                    state.getInt(120),
                    (state.getLong(8) & Constants.STATX_ATTR_MOUNT_ROOT) != 0);
        }
    }

    FileKind kind() {
        return switch (mode & Constants.S_IFMT) {
            case Constants.S_IFREG -> FileKind.FILE;
            case Constants.S_IFDIR -> FileKind.DIRECTORY;
            case Constants.S_IFLNK -> FileKind.LINK;
            case Constants.S_IFIFO -> FileKind.FIFO;
            case Constants.S_IFSOCK -> FileKind.SOCKET;
            default -> FileKind.DEVICE;
        };
    }

    /** Returns whether the jail's root may do with the file what it wants, because user and group are the jail's. */
    boolean isOf(IdRange range) {
        return range.contains(owner) && range.contains(group);
    }

    /** Returns whether root of the jail can look at what is in the directory, if it knows the name. */
    boolean isSearchable(IdRange range) {
        return isOf(range) || (mode & 01) != 0;
    }

    /** Returns whether root of the jail can read it. */
    boolean isReadable(IdRange range) {
        return isOf(range) || (mode & 04) != 0;
    }

    String version() {
        return Long.toHexString(inode) + "-" + Long.toHexString(seconds) + "-" + Integer.toHexString(nanos) + "-"
                + Long.toHexString(size);
    }

    /** @param name as FileName writes it */
    FileEntry entry(String name, IdRange range, Optional<String> target) {
        return new FileEntry(
                name,
                kind(),
                Math.max(0, size),
                mode & 07777,
                inside(owner, range),
                inside(group, range),
                Instant.ofEpochSecond(Math.clamp(seconds, FileEntry.MIN_SECONDS, FileEntry.MAX_SECONDS), nanos),
                target,
                isMounted,
                version());
    }

    private static OptionalInt inside(long id, IdRange range) {
        return range.contains(id) ? OptionalInt.of(Math.toIntExact(id - range.first())) : OptionalInt.empty();
    }

    /** Returns where a link leads. */
    static byte[] target(Descriptor directory, byte[] name) {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer text = memory.bytes(MAX_TARGET);
            int length = (int) Linux.call(
                    SystemCall.READLINKAT,
                    "link",
                    directory.number(),
                    NativeMemory.address(memory.path(name)),
                    NativeMemory.address(text),
                    MAX_TARGET);
            return text.getByteArray(0, length);
        }
    }
}
