package dev.bailiwick.agent.kernel.linux.host;

import dev.bailiwick.agent.disk.TextFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** The host's memory: proc_meminfo(5). */
public final class HostMemory {

    private static final long AT_PAGESZ = 6;

    private HostMemory() {}

    /** Returns the size in bytes; 0 if the kernel does not report it. */
    public static long bytes() {
        return bytes("MemTotal:");
    }

    /** Returns how many bytes programs can still get without swapping; 0 if the kernel does not report it. */
    public static long availableBytes() {
        return bytes("MemAvailable:");
    }

    /** Returns the size of a page: getauxval(3). */
    public static long pageBytes() {
        try {
            ByteBuffer vector = ByteBuffer.wrap(Files.readAllBytes(Path.of("/proc/self/auxv")))
                    .order(ByteOrder.nativeOrder());
            while (vector.remaining() >= 2 * Long.BYTES) {
                long type = vector.getLong();
                long value = vector.getLong();
                if (type == AT_PAGESZ) {
                    return value;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("the kernel does not report the size of a page");
    }

    private static long bytes(String name) {
        try {
            return TextFile.read(Path.of("/proc/meminfo"))
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
