package dev.bailiwick.agent.kernel.linux.files;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The names in an open directory, which are read a few at a time: it may have millions. Used by one thread at a time. */
final class Directory implements AutoCloseable {

    private static final int BUFFER_BYTES = 32 * 1024;

    /** The offsets in struct linux_dirent64: getdents64(2). */
    private static final int NEXT = 8;

    private static final int LENGTH = 16;
    private static final int TYPE = 18;
    private static final int NAME = 19;

    private static final byte DT_UNKNOWN = 0;
    private static final byte DT_DIR = 4;

    private Descriptor descriptor;
    /** What the kernel has given and nobody has visited. */
    private ByteBuffer rest = ByteBuffer.allocate(0);
    /** Where the first entry begins that nobody has visited. */
    private long next;

    /** @param descriptor open for reading, at its beginning; closed with this */
    Directory(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    Descriptor descriptor() {
        return descriptor;
    }

    /** Has it stay open for longer, such that no jail that starts meanwhile holds it, too, until it executes its init. */
    void beginsToWait() {
        descriptor = descriptor.movedHigh();
    }

    long next() {
        return next;
    }

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

    /** Gets each entry; returns whether it takes this one, and wants the next. */
    @FunctionalInterface
    interface Visitor {
        boolean visit(Entry entry);
    }

    /**
     * Reads all entries, from the first.
     *
     * @param open for reading; may have been read before
     * @return whether the visitor has wanted and seen all
     */
    static boolean read(Descriptor open, Visitor visitor) {
        Directory directory = new Directory(open);
        directory.seek(0);
        return directory.read(visitor);
    }

    /** Goes to where an entry begins: 0, or a {@link #next} of the same directory. */
    void seek(long from) {
        Linux.call(SystemCall.LSEEK, "directory", descriptor.number(), from, Constants.SEEK_SET);
        rest = ByteBuffer.allocate(0);
        next = from;
    }

    /**
     * Reads the entries that nobody has visited.
     *
     * @return whether the visitor has wanted and seen all; otherwise {@link #next} is where the entry begins that it has not taken
     */
    boolean read(Visitor visitor) {
        try (NativeMemory memory = new NativeMemory()) {
            Pointer buffer = memory.bytes(BUFFER_BYTES);
            while (visitRest(visitor)) {
                int filled = (int) Linux.call(
                        SystemCall.GETDENTS64,
                        "directory",
                        descriptor.number(),
                        NativeMemory.address(buffer),
                        BUFFER_BYTES);
                if (filled == 0) {
                    return true;
                }
                rest = ByteBuffer.wrap(buffer.getByteArray(0, filled)).order(ByteOrder.nativeOrder());
            }
            return false;
        }
    }

    private boolean visitRest(Visitor visitor) {
        while (rest.hasRemaining()) {
            int at = rest.position();
            int length = Short.toUnsignedInt(rest.getShort(at + LENGTH));
            byte[] name = nameAt(at + NAME, at + length);
            boolean isOther =
                    !(name.length == 1 && name[0] == '.') && !(name.length == 2 && name[0] == '.' && name[1] == '.');
            if (isOther && !visitor.visit(new Entry(name, rest.get(at + TYPE)))) {
                return false;
            }
            next = rest.getLong(at + NEXT);
            rest.position(at + length);
        }
        return true;
    }

    private byte[] nameAt(int from, int limit) {
        int end = from;
        while (end < limit && rest.get(end) != 0) {
            end++;
        }
        return Arrays.copyOfRange(rest.array(), from, end);
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
