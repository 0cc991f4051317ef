package dev.bailiwick.jail.figure;

import dev.bailiwick.jail.figure.Metric.Kind;
import dev.bailiwick.jail.figure.Metric.Unit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Something that a host measures of itself, or of all its jails together. A host leaves out what its kernel does not measure. */
public enum HostMetric implements Measure {
    /** CPU time of all processes of the host and of its kernel: {@code /proc/stat}. */
    CPU_TIME("cpuTime", Kind.COUNTER, Unit.MICROSECONDS),
    /** Time in which a process waited for a CPU: {@code some} of {@code /proc/pressure/cpu}. */
    CPU_PRESSURE("cpuPressure", Kind.COUNTER, Unit.MICROSECONDS),
    MEMORY_PRESSURE("memoryPressure", Kind.COUNTER, Unit.MICROSECONDS),
    IO_PRESSURE("ioPressure", Kind.COUNTER, Unit.MICROSECONDS),
    /** Memory that is not available without swapping: {@code MemTotal} less {@code MemAvailable}. */
    MEMORY("memory", Kind.GAUGE, Unit.BYTES),
    SWAP("swap", Kind.GAUGE, Unit.BYTES),
    /** Processes that ran or waited for a CPU or a disk, as the mean of a minute. */
    LOAD("load", Kind.GAUGE, Unit.HUNDREDTHS),
    /** What is free for jails on the file system with their files. */
    DISK_FREE("diskFree", Kind.GAUGE, Unit.BYTES),
    /** What the jails used together. */
    JAILS_CPU_TIME("jailsCpuTime", Metric.CPU_TIME),
    JAILS_OOM_KILLS("jailsOomKills", Metric.OOM_KILLS),
    JAILS_READ_BYTES("jailsReadBytes", Metric.READ_BYTES),
    JAILS_WRITTEN_BYTES("jailsWrittenBytes", Metric.WRITTEN_BYTES),
    JAILS_RECEIVED_BYTES("jailsReceivedBytes", Metric.RECEIVED_BYTES),
    JAILS_SENT_BYTES("jailsSentBytes", Metric.SENT_BYTES),
    JAILS_MEMORY("jailsMemory", Metric.MEMORY),
    JAILS_SWAP("jailsSwap", Metric.SWAP),
    JAILS_PROCESSES("jailsProcesses", Metric.PROCESSES);

    private static final List<HostMetric> COUNTERS = ofKind(Kind.COUNTER);
    private static final List<HostMetric> GAUGES = ofKind(Kind.GAUGE);

    private final String text;
    private final Kind kind;
    private final Unit unit;
    private final @Nullable Metric ofJails;

    HostMetric(String text, Kind kind, Unit unit) {
        this.text = text;
        this.kind = kind;
        this.unit = unit;
        this.ofJails = null;
    }

    HostMetric(String text, Metric ofJails) {
        this.text = text;
        this.kind = ofJails.kind();
        this.unit = ofJails.unit();
        this.ofJails = ofJails;
    }

    @Override
    public String text() {
        return text;
    }

    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public Unit unit() {
        return unit;
    }

    /** Returns the metric of jails of which this is the sum; empty for what a host measures of itself. */
    public Optional<Metric> ofJails() {
        return Optional.ofNullable(ofJails);
    }

    /** Returns the place of this metric in an array of one number for each, from 0. It is not stored, and may change with the version. */
    @SuppressWarnings("EnumOrdinal") // As in Metric.
    public int index() {
        return ordinal();
    }

    /** Returns all counters, in the order of their declaration. */
    public static List<HostMetric> counters() {
        return COUNTERS;
    }

    /** Returns all gauges, in the order of their declaration. */
    public static List<HostMetric> gauges() {
        return GAUGES;
    }

    /** Returns the metric of this name; empty if there is none, as another version may know more. */
    public static Optional<HostMetric> named(String text) {
        return Arrays.stream(values())
                .filter(metric -> metric.text.equals(text))
                .findFirst();
    }

    private static List<HostMetric> ofKind(Kind kind) {
        return Arrays.stream(values()).filter(metric -> metric.kind == kind).toList();
    }
}
