package dev.bailiwick.agent.kernel.linux.host;

import dev.bailiwick.agent.disk.TextFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The size of the host's memory: proc_meminfo(5). */
public final class HostMemory {

    private HostMemory() {}

    /** Returns the size in bytes; 0 if the kernel does not report it. */
    public static long bytes() {
        try {
            return TextFile.read(Path.of("/proc/meminfo"))
                    .lines()
                    .filter(line -> line.startsWith("MemTotal:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
