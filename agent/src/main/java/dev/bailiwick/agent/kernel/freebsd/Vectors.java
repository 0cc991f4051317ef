package dev.bailiwick.agent.kernel.freebsd;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Names and values in native memory as jail_set(2), jail_get(2) and nmount(2) take them: an array of {@code struct iovec}, a name
 * and its value in turn. Names and texts end with a NUL that counts. The last pair is {@code errmsg}, where the kernel writes a
 * sentence about what it refuses.
 */
final class Vectors implements AutoCloseable {

    /** As libjail has it (JAIL_ERRMSGLEN). */
    static final int ERRMSG_BYTES = 1024;

    private static final int IOVEC_BYTES = 16;
    private static final int LENGTH_OFFSET = 8;

    private final Map<String, byte[]> values = new LinkedHashMap<>();
    private final List<Memory> memory = new ArrayList<>();
    private Memory array = new Memory(IOVEC_BYTES);

    Vectors text(String name, String value) {
        return bytes(name, (value + '\0').getBytes(StandardCharsets.UTF_8));
    }

    /** A parameter that is said by its name alone, for example {@code persist} or {@code allow.noraw_sockets}. */
    Vectors flag(String name) {
        return bytes(name, new byte[0]);
    }

    /** A C {@code int}. */
    Vectors number(String name, int value) {
        return bytes(
                name,
                ByteBuffer.allocate(Integer.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .putInt(value)
                        .array());
    }

    /** @throws IllegalStateException if there is such a name already: the kernel would take one of the two */
    Vectors bytes(String name, byte[] value) {
        if (values.put(name, value) != null) {
            throw new IllegalStateException(name + " is said twice");
        }
        return this;
    }

    /** Room for a value that the kernel gives. */
    Vectors room(String name, int size) {
        return bytes(name, new byte[size]);
    }

    /** Lays everything out; nothing can be added afterwards. */
    Pointer array() {
        room("errmsg", ERRMSG_BYTES);
        array = new Memory((long) IOVEC_BYTES * count());
        long at = 0;
        for (Map.Entry<String, byte[]> pair : values.entrySet()) {
            put(at, (pair.getKey() + '\0').getBytes(StandardCharsets.US_ASCII));
            put(at + IOVEC_BYTES, pair.getValue());
            at += 2 * IOVEC_BYTES;
        }
        return array;
    }

    private void put(long at, byte[] content) {
        if (content.length == 0) {
            array.setPointer(at, Pointer.NULL);
        } else {
            Memory piece = new Memory(content.length);
            piece.write(0, content, 0, content.length);
            memory.add(piece);
            array.setPointer(at, piece);
        }
        array.setLong(at + LENGTH_OFFSET, content.length);
    }

    /** How many vectors there are: two for each pair. */
    int count() {
        return 2 * values.size();
    }

    /** What the kernel gave for this name, as long as it says it is. */
    byte[] given(String name) {
        long at = IOVEC_BYTES;
        for (String known : values.keySet()) {
            if (known.equals(name)) {
                Pointer value = array.getPointer(at);
                return value == null ? new byte[0] : value.getByteArray(0, (int) array.getLong(at + LENGTH_OFFSET));
            }
            at += 2 * IOVEC_BYTES;
        }
        throw new IllegalStateException("there is no room for " + name);
    }

    String givenText(String name) {
        return Native.toString(given(name), StandardCharsets.UTF_8);
    }

    int givenNumber(String name) {
        return ByteBuffer.wrap(given(name)).order(ByteOrder.nativeOrder()).getInt();
    }

    @Override
    public void close() {
        memory.forEach(Memory::close);
        memory.clear();
        array.close();
    }
}
