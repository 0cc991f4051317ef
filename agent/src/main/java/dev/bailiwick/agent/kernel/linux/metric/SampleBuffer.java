package dev.bailiwick.agent.kernel.linux.metric;

import static dev.bailiwick.agent.kernel.JailMetrics.ABSENT;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import java.nio.ByteBuffer;

/** The content of one small file of the kernel, and the numbers in it. Reading allocates nothing. Not thread-safe. */
final class SampleBuffer implements AutoCloseable {

    /** The files have one line for each word; {@code io.stat} has one of 100 bytes for each disk. */
    private static final int BYTES = 4096;

    private final NativeMemory memory = new NativeMemory();
    private final long address;
    private final ByteBuffer content;
    private int length;

    SampleBuffer() {
        Pointer bytes = memory.bytes(BYTES);
        this.address = NativeMemory.address(bytes);
        this.content = bytes.getByteBuffer(0, BYTES);
    }

    /** Reads the file from its beginning; returns false if the kernel refuses, for example because the cgroup has been removed. */
    boolean fill(Descriptor file) {
        long read = Linux.pread(file, address, BYTES);
        length = (int) Math.max(0, read);
        return read > 0;
    }

    /** Returns the number with which the file begins. */
    long number() {
        return numberAt(0);
    }

    /** Returns the number that follows {@code name} anywhere in the line that begins with {@code line}; {@link JailMetrics#ABSENT} if none does. */
    long find(byte[] line, byte[] name) {
        int at = 0;
        while (at < length) {
            int end = endOfLine(at);
            if (matches(line, at, end)) {
                for (int i = at + line.length; i + name.length < end; i++) {
                    if (matches(name, i, end)) {
                        return numberAt(i + name.length);
                    }
                }
                return ABSENT;
            }
            at = end + 1;
        }
        return ABSENT;
    }

    private int endOfLine(int from) {
        int end = from;
        while (end < length && content.get(end) != '\n') {
            end++;
        }
        return end;
    }

    private boolean matches(byte[] text, int at, int end) {
        if (at + text.length > end) {
            return false;
        }
        for (int i = 0; i < text.length; i++) {
            if (content.get(at + i) != text[i]) {
                return false;
            }
        }
        return true;
    }

    private long numberAt(int from) {
        long number = 0;
        int at = from;
        while (at < length && content.get(at) >= '0' && content.get(at) <= '9') {
            number = number * 10 + (content.get(at) - '0');
            at++;
        }
        return at == from ? ABSENT : number;
    }

    @Override
    public void close() {
        memory.close();
    }
}
