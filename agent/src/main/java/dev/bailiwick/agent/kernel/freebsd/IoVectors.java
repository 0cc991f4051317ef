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
 * Names and values in native memory, in the form for jail_set(2), jail_get(2) and nmount(2): an array of {@code struct iovec}, a name and
 * its value in turn. Names and texts include their final NUL. The last pair is {@code errmsg}, where the kernel writes the reason of a
 * failure.
 */
final class IoVectors implements AutoCloseable {

    /** The same as in libjail (JAIL_ERRMSGLEN). */
    static final int ERRMSG_BYTES = 1024;

    private static final int IOVEC_BYTES = 16;
    private static final int LENGTH_OFFSET = 8;

    private final Map<String, byte[]> values = new LinkedHashMap<>();
    private final List<Memory> memory = new ArrayList<>();
    private Memory array = new Memory(IOVEC_BYTES);

    IoVectors text(String name, String value) {
        return bytes(name, (value + '\0').getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a parameter that has only a name, for example {@code persist} or {@code allow.noraw_sockets}. */
    IoVectors flag(String name) {
        return bytes(name, new byte[0]);
    }

    /** Adds a C {@code int}. */
    IoVectors number(String name, int value) {
        return bytes(
                name,
                ByteBuffer.allocate(Integer.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .putInt(value)
                        .array());
    }

    /** @throws IllegalStateException if the name exists already: the kernel would use one of the two */
    IoVectors bytes(String name, byte[] value) {
        if (values.put(name, value) != null) {
            throw new IllegalStateException(name + " is given twice");
        }
        return this;
    }

    /** Reserves room for a value from the kernel. */
    IoVectors room(String name, int size) {
        return bytes(name, new byte[size]);
    }

    /** Writes all pairs to native memory; nothing can be added afterwards. */
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

    /** Returns the number of vectors: two for each pair. */
    int count() {
        return 2 * values.size();
    }

    /** Returns the kernel's value for this name, with the length that the kernel reports. */
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
