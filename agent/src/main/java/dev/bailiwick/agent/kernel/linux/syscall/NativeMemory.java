package dev.bailiwick.agent.kernel.linux.syscall;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Native memory for the operands of system calls, freed as a whole. It is zeroed, and every piece is 16-byte aligned, as by malloc. Must
 * be closed: nothing else frees it. Not thread-safe.
 */
public final class NativeMemory implements AutoCloseable {

    /** Enough for one call of the agent itself. */
    private static final int FIRST_CHUNK = 512;

    /** Enough for most of a program. */
    private static final int CHUNK = 32 * 1024;

    private static final int ALIGNMENT = 16;

    private final List<Pointer> chunks = new ArrayList<>();
    private final Optional<SharedMemory> shared;
    private long sharedUsed;
    private Pointer chunk = Pointer.NULL;
    private ByteBuffer content = ByteBuffer.allocate(0);
    private int size;
    private int used;

    public NativeMemory() {
        this.shared = Optional.empty();
    }

    /**
     * Memory for the operands of another process.
     *
     * @param shared contains all of it, from this offset on; the caller closes it
     */
    NativeMemory(SharedMemory shared, long from) {
        this.shared = Optional.of(shared);
        this.sharedUsed = from;
    }

    /** Returns zeroed memory of this size. */
    public Pointer bytes(long count) {
        long rounded = (count + ALIGNMENT - 1) & -ALIGNMENT;
        return rounded > CHUNK ? allocate(rounded) : at(take((int) rounded));
    }

    /** Returns a copy of these bytes. */
    public Pointer copy(byte[] bytes) {
        return copyWithRoom(bytes, Math.max(1, bytes.length));
    }

    /** Returns the text in UTF-8, terminated by NUL. */
    public Pointer text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return copyWithRoom(bytes, bytes.length + 1);
    }

    /** Returns a path of any bytes, terminated by NUL. */
    public Pointer path(byte[] path) {
        return copyWithRoom(path, path.length + 1);
    }

    private Pointer copyWithRoom(byte[] bytes, int room) {
        int rounded = (room + ALIGNMENT - 1) & -ALIGNMENT;
        if (rounded > CHUNK) {
            Pointer piece = allocate(rounded);
            piece.write(0, bytes, 0, bytes.length);
            return piece;
        }
        int at = take(rounded);
        // Uses a buffer, because a program has hundreds of operands and each access through Pointer is a native call.
        content.put(at, bytes);
        return at(at);
    }

    private Pointer at(int offset) {
        return new Pointer(address(chunk) + offset);
    }

    /** Reserves bytes in the chunk; returns their offset. */
    private int take(int count) {
        if (used + count > size) {
            size = chunks.isEmpty() && count <= FIRST_CHUNK ? FIRST_CHUNK : CHUNK;
            chunk = allocate(size);
            content = chunk.getByteBuffer(0, size);
            used = 0;
        }
        int at = used;
        used += count;
        return at;
    }

    /** Returns an array of pointers to NUL-terminated texts, terminated by a null pointer: argv or envp. */
    public Pointer texts(List<String> texts) {
        Pointer array = bytes(8L * (texts.size() + 1));
        for (int i = 0; i < texts.size(); i++) {
            array.setPointer(8L * i, text(texts.get(i)));
        }
        return array;
    }

    public static long address(Pointer pointer) {
        return Pointer.nativeValue(pointer);
    }

    private Pointer allocate(long count) {
        return shared.map(all -> allocateIn(all, count)).orElseGet(() -> allocateHere(count));
    }

    private Pointer allocateIn(SharedMemory all, long count) {
        if (sharedUsed + count > SharedMemory.BYTES) {
            throw new LinuxFailure("execve", "the arguments and the environment", Errno.E2BIG);
        }
        chunks.add(Pointer.NULL);
        sharedUsed += count;
        return all.at(sharedUsed - count);
    }

    private Pointer allocateHere(long count) {
        long address = Native.malloc(count);
        if (address == 0) {
            throw new OutOfMemoryError("cannot allocate " + count + " bytes of native memory");
        }
        Pointer memory = new Pointer(address);
        memory.clear(count);
        chunks.add(memory);
        return memory;
    }

    @Override
    public void close() {
        chunks.forEach(memory -> Native.free(address(memory)));
        chunks.clear();
        size = 0;
        used = 0;
    }
}
