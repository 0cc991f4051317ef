package dev.bailiwick.benchmarks.jail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads memory in KiB, as the kernel counts it. */
final class KernelMemory {

    private KernelMemory() {}

    /**
     * Returns the memory of slabs, stacks, page tables and CPUs. It counts the objects in use (slabinfo(5)), because the number of
     * pages of a slab depends on what was freed before.
     */
    static long kibibytes() throws IOException {
        long sum = 0;
        for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
            if (line.matches("(KernelStack|PageTables|Percpu):.*")) {
                sum += number(line);
            }
        }
        long bytes = 0;
        for (String line : Files.readAllLines(Path.of("/proc/slabinfo"))) {
            String[] words = line.split(" +", -1);
            if (!line.startsWith("#") && !line.startsWith("slabinfo")) {
                bytes += Long.parseLong(words[1]) * Long.parseLong(words[3]);
            }
        }
        return sum + bytes / 1024;
    }

    /** Returns the proportional share (PSS) of a process. */
    static long pss(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup")).stream()
                    .filter(line -> line.startsWith("Pss:"))
                    .mapToLong(KernelMemory::number)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long number(String line) {
        return Long.parseLong(line.replaceAll("\\D", ""));
    }
}
