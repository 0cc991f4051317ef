package dev.bailiwick.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;

/** Describes the machine on which the figures were measured. */
public final class Machine {

    private Machine() {}

    /** Returns the kernel, the number of processors and their name, and today's date, in words. */
    public static String describe() throws IOException {
        return "Linux %s, %d processors (%s), %s"
                .formatted(
                        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(),
                        Runtime.getRuntime().availableProcessors(),
                        processor(),
                        LocalDate.now(ZoneId.systemDefault()));
    }

    /** Returns the load of the last minute (proc_loadavg(5)). */
    public static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ", -1)[0];
    }

    private static String processor() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.replaceFirst(".*: ", ""))
                .findFirst()
                .orElse("unnamed");
    }
}
