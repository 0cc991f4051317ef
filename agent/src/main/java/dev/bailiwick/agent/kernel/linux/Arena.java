package dev.bailiwick.agent.kernel.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Native memory that lives and ends together: operands of system calls. Zeroed; every piece is 16-byte aligned, as malloc
 * aligns what it gives. Not thread-safe.
 */
final class Arena implements AutoCloseable {

    private static final int CHUNK = 32 * 1024;
    private static final int ALIGNMENT = 16;

    private final List<Memory> chunks = new ArrayList<>();
    private ByteBuffer current = ByteBuffer.allocate(0);
    private int used = CHUNK;

    /** So many zeroed bytes. */
    Pointer bytes(long size) {
        long rounded = (size + ALIGNMENT - 1) & -ALIGNMENT;
        if (rounded > CHUNK) {
            Memory own = zeroed(rounded);
            chunks.addFirst(own);
            return own;
        }
        int at = take((int) rounded);
        return chunks.getLast().share(at, rounded);
    }

    /** A copy of these bytes. */
    Pointer copy(byte[] content) {
        return copyWithRoom(content, Math.max(1, content.length));
    }

    /** The text in UTF-8, ended by NUL. */
    Pointer text(String text) {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        return copyWithRoom(content, content.length + 1);
    }

    private Pointer copyWithRoom(byte[] content, int size) {
        if (size > CHUNK) {
            Pointer piece = bytes(size);
            piece.write(0, content, 0, content.length);
            return piece;
        }
        int at = take((size + ALIGNMENT - 1) & -ALIGNMENT);
        // Through a buffer, since a program has hundreds of these: each access of a Pointer's is a call of native code.
        current.put(at, content);
        return new Pointer(address(chunks.getLast()) + at);
    }

    /** Where in the last chunk there are so many bytes, from now on taken. */
    private int take(int size) {
        if (used + size > CHUNK) {
            Memory chunk = zeroed(CHUNK);
            chunks.add(chunk);
            current = chunk.getByteBuffer(0, CHUNK);
            used = 0;
        }
        int at = used;
        used += size;
        return at;
    }

    /** An array of pointers to NUL-ended texts, itself ended by a null pointer: argv or envp. */
    Pointer texts(List<String> texts) {
        Pointer array = bytes(8L * (texts.size() + 1));
        for (int i = 0; i < texts.size(); i++) {
            array.setPointer(8L * i, text(texts.get(i)));
        }
        return array;
    }

    static long address(Pointer pointer) {
        return Pointer.nativeValue(pointer);
    }

    private static Memory zeroed(long size) {
        Memory memory = new Memory(size);
        memory.clear();
        return memory;
    }

    @Override
    public void close() {
        chunks.forEach(Memory::close);
        chunks.clear();
        used = CHUNK;
    }
}
