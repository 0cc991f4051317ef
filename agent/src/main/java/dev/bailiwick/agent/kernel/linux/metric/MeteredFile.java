package dev.bailiwick.agent.kernel.linux.metric;

import dev.bailiwick.jail.figure.Metric;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A file of the kernel, and where in it which numbers are.
 *
 * @param name the name below the directory of the cgroup or link
 */
record MeteredFile(String name, List<Entry> entries) {

    /** A number in the file. */
    static final class Entry {

        private final Metric metric;
        private final byte[] line;
        private final byte[] word;

        /**
         * @param line how its line begins; empty if the file has nothing but the number
         * @param word what precedes the number in its line
         */
        private Entry(Metric metric, String line, String word) {
            this.metric = metric;
            this.line = line.getBytes(StandardCharsets.US_ASCII);
            this.word = word.getBytes(StandardCharsets.US_ASCII);
        }

        /** Puts the number into {@code values}, by the index of the metric. */
        void read(SampleBuffer file, long[] values) {
            values[metric.index()] = line.length == 0 ? file.number() : file.find(line, word);
        }
    }

    /** Returns the files of a link, as the host's end of it counts: what the host receives, the jail sends. */
    static List<MeteredFile> ofLink() {
        return List.of(
                number("rx_bytes", Metric.SENT_BYTES),
                number("tx_bytes", Metric.RECEIVED_BYTES),
                number("rx_packets", Metric.SENT_PACKETS),
                number("tx_packets", Metric.RECEIVED_PACKETS));
    }

    /** @param disk the number of the disk with the files of the jails; empty if no single disk has them */
    static List<MeteredFile> ofCgroup(Optional<String> disk) {
        List<MeteredFile> files = new ArrayList<>(List.of(
                new MeteredFile(
                        "cpu.stat",
                        List.of(
                                entry(Metric.CPU_TIME, "usage_usec", " "),
                                entry(Metric.THROTTLED_TIME, "throttled_usec", " "))),
                number("memory.current", Metric.MEMORY),
                number("memory.swap.current", Metric.SWAP),
                new MeteredFile("memory.events", List.of(entry(Metric.OOM_KILLS, "oom_kill", " "))),
                number("pids.current", Metric.PROCESSES),
                pressure("cpu.pressure", Metric.CPU_PRESSURE),
                pressure("memory.pressure", Metric.MEMORY_PRESSURE),
                pressure("io.pressure", Metric.IO_PRESSURE)));
        disk.ifPresent(number -> files.add(new MeteredFile(
                "io.stat",
                List.of(
                        entry(Metric.READ_BYTES, number + " ", "rbytes="),
                        entry(Metric.WRITTEN_BYTES, number + " ", "wbytes="),
                        entry(Metric.READS, number + " ", "rios="),
                        entry(Metric.WRITES, number + " ", "wios=")))));
        return files;
    }

    private static MeteredFile number(String name, Metric metric) {
        return new MeteredFile(name, List.of(entry(metric, "", "")));
    }

    private static MeteredFile pressure(String name, Metric metric) {
        return new MeteredFile(name, List.of(entry(metric, "some ", "total=")));
    }

    private static Entry entry(Metric metric, String line, String word) {
        return new Entry(metric, line, word);
    }
}
