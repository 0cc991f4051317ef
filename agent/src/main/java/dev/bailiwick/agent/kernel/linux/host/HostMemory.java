package dev.bailiwick.agent.kernel.linux.host;

import dev.bailiwick.agent.disk.TextFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** How much memory this host has: proc_meminfo(5). */
public final class HostMemory {

    private HostMemory() {}

    /** 0 where the kernel does not say. */
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
