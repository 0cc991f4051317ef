package dev.bailiwick.agent.kernel.linux.files;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.util.Arrays;

/** Reads the names in a directory, a few at a time: it may have millions. */
final class Directory {

    private static final int BUFFER_BYTES = 32 * 1024;

    /** The offsets in struct linux_dirent64: getdents64(2). */
    private static final int NEXT = 8;

    private static final int LENGTH = 16;
    private static final int TYPE = 18;
    private static final int NAME = 19;

    private static final byte DT_UNKNOWN = 0;
    private static final byte DT_DIR = 4;

    private Directory() {}

    /** An entry as it was when it was read. */
    static final class Entry {

        private final byte[] name;
        private final byte type;

        private Entry(byte[] name, byte type) {
            this.name = name;
            this.type = type;
        }

        /** Returns the name, which nobody changes. */
        byte[] name() {
            return name;
        }

        /** Returns whether it is a directory, or its file system does not say what it is. */
        boolean mayBeDirectory() {
            return type == DT_DIR || type == DT_UNKNOWN;
        }
    }

    /** Gets each entry; returns whether it wants the next. */
    @FunctionalInterface
    interface Visitor {

        /** @param next where the entry after this one begins */
        boolean visit(Entry entry, long next);
    }

    /**
     * Reads the entries.
     *
     * @param directory open for reading
     * @param from where to begin: 0, or a {@code next}
     * @return whether the visitor has wanted and seen all
     */
    static boolean read(Descriptor directory, long from, Visitor visitor) {
        try (NativeMemory memory = new NativeMemory()) {
            Linux.call(SystemCall.LSEEK, "directory", directory.number(), from, Constants.SEEK_SET);
            Pointer buffer = memory.bytes(BUFFER_BYTES);
            while (true) {
                int filled = (int) Linux.call(
                        SystemCall.GETDENTS64,
                        "directory",
                        directory.number(),
                        NativeMemory.address(buffer),
                        BUFFER_BYTES);
                if (filled == 0) {
                    return true;
                }
                if (!visit(buffer, filled, visitor)) {
                    return false;
                }
            }
        }
    }

    private static boolean visit(Pointer buffer, int filled, Visitor visitor) {
        int length;
        for (int at = 0; at < filled; at += length) {
            length = Short.toUnsignedInt(buffer.getShort(at + LENGTH));
            byte[] name = nameAt(buffer, at + NAME, length - NAME);
            boolean isOther =
                    !(name.length == 1 && name[0] == '.') && !(name.length == 2 && name[0] == '.' && name[1] == '.');
            Entry entry = new Entry(name, buffer.getByte(at + TYPE));
            if (isOther && !visitor.visit(entry, buffer.getLong(at + NEXT))) {
                return false;
            }
        }
        return true;
    }

    private static byte[] nameAt(Pointer buffer, int at, int room) {
        byte[] padded = buffer.getByteArray(at, room);
        int length = 0;
        while (length < room && padded[length] != 0) {
            length++;
        }
        return Arrays.copyOf(padded, length);
    }
}
