package dev.bailiwick.agent.kernel.linux.metric;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.jail.figure.HostMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Reads the metrics of the host: proc(5). It reads few files every ten seconds, so it opens them each time. */
public final class HostReadings {

    /** The unit of {@code /proc/stat}: the kernel shows hundredths of a second on every machine. */
    private static final long MICROS_OF_A_TICK = 10_000;

    /** Columns of {@code /proc/stat} with time in which a CPU worked: user, nice, system, irq, softirq, steal; not idle and iowait. */
    private static final List<Integer> BUSY = List.of(1, 2, 3, 6, 7, 8);

    private final Path proc;
    private final Path files;

    /**
     * @param proc {@code /proc}
     * @param files a directory on the file system with the files of jails
     */
    public HostReadings(Path proc, Path files) {
        this.proc = proc;
        this.files = files;
    }

    /** Puts what the host measures into {@code values}, by {@code HostMetric.index()}. */
    public void read(long[] values) {
        lines("stat", line -> line.startsWith("cpu ")).forEach(line -> {
            String[] words = line.split(" +", -1);
            values[HostMetric.CPU_TIME.index()] = MICROS_OF_A_TICK
                    * BUSY.stream()
                            .filter(column -> column < words.length)
                            .mapToLong(column -> Long.parseLong(words[column]))
                            .sum();
        });
        pressure("cpu", HostMetric.CPU_PRESSURE, values);
        pressure("memory", HostMetric.MEMORY_PRESSURE, values);
        pressure("io", HostMetric.IO_PRESSURE, values);
        difference("MemTotal:", "MemAvailable:", HostMetric.MEMORY, values);
        difference("SwapTotal:", "SwapFree:", HostMetric.SWAP, values);
        lines("loadavg", _ -> true)
                .forEach(line ->
                        values[HostMetric.LOAD.index()] = Math.round(100 * Double.parseDouble(line.split(" ", 2)[0])));
        try {
            values[HostMetric.DISK_FREE.index()] = Files.getFileStore(files).getUsableSpace();
        } catch (IOException e) {
            // The directory is away for now: not measured.
            return;
        }
    }

    private void pressure(String what, HostMetric metric, long[] values) {
        lines("pressure/" + what, line -> line.startsWith("some "))
                .forEach(line ->
                        values[metric.index()] = Long.parseLong(line.substring(line.lastIndexOf("total=") + 6)));
    }

    private void difference(String total, String free, HostMetric metric, long[] values) {
        List<Long> kibibytes = Stream.of(total, free)
                .flatMap(name -> lines("meminfo", line -> line.startsWith(name)))
                .map(line -> Long.parseLong(line.split(" +", -1)[1]))
                .toList();
        if (kibibytes.size() == 2) {
            values[metric.index()] = 1024 * Math.max(0, kibibytes.getFirst() - kibibytes.getLast());
        }
    }

    /** Returns lines of a file; none if this kernel does not have it, or cannot read it now. */
    private Stream<String> lines(String name, Predicate<String> chosen) {
        try {
            return TextFile.lines(proc.resolve(name)).stream().filter(chosen);
        } catch (IOException e) {
            return Stream.empty();
        }
    }
}
