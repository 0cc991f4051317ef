package dev.bailiwick.jail.figure;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Something that a host measures of a jail. A host leaves out what its kernel does not measure. */
public enum Metric implements Measure {
    /** CPU time of all processes: {@code usage_usec} of {@code cpu.stat}. */
    CPU_TIME("cpuTime", Kind.COUNTER, Unit.MICROSECONDS),
    /** Time in which the limit of CPU kept processes waiting: {@code throttled_usec} of {@code cpu.stat}. */
    THROTTLED_TIME("throttledTime", Kind.COUNTER, Unit.MICROSECONDS),
    /** Time in which a process waited for a CPU: {@code some} of {@code cpu.pressure}. */
    CPU_PRESSURE("cpuPressure", Kind.COUNTER, Unit.MICROSECONDS),
    /** Time in which a process waited for memory: {@code some} of {@code memory.pressure}. */
    MEMORY_PRESSURE("memoryPressure", Kind.COUNTER, Unit.MICROSECONDS),
    /** Time in which a process waited for a disk: {@code some} of {@code io.pressure}. */
    IO_PRESSURE("ioPressure", Kind.COUNTER, Unit.MICROSECONDS),
    /** Processes that the kernel killed for lack of memory: {@code oom_kill} of {@code memory.events}. */
    OOM_KILLS("oomKills", Kind.COUNTER, Unit.NUMBER),
    /** What was read from the disk with the files of the jails: {@code io.stat}. */
    READ_BYTES("readBytes", Kind.COUNTER, Unit.BYTES),
    WRITTEN_BYTES("writtenBytes", Kind.COUNTER, Unit.BYTES),
    READS("reads", Kind.COUNTER, Unit.NUMBER),
    WRITES("writes", Kind.COUNTER, Unit.NUMBER),
    /** What the jail received over its network link, with the headers of all layers. */
    RECEIVED_BYTES("receivedBytes", Kind.COUNTER, Unit.BYTES),
    SENT_BYTES("sentBytes", Kind.COUNTER, Unit.BYTES),
    RECEIVED_PACKETS("receivedPackets", Kind.COUNTER, Unit.NUMBER),
    SENT_PACKETS("sentPackets", Kind.COUNTER, Unit.NUMBER),
    /** Memory, with files that are cached or in memory: {@code memory.current}. */
    MEMORY("memory", Kind.GAUGE, Unit.BYTES),
    /** {@code memory.swap.current}. */
    SWAP("swap", Kind.GAUGE, Unit.BYTES),
    /** Processes and threads: {@code pids.current}. */
    PROCESSES("processes", Kind.GAUGE, Unit.NUMBER);

    private static final List<Metric> COUNTERS = ofKind(Kind.COUNTER);
    private static final List<Metric> GAUGES = ofKind(Kind.GAUGE);

    /** Whether only differences between readings mean something, or each reading by itself. */
    public enum Kind {
        /** Begins at 0 with the jail's cgroup or link, and never decreases. */
        COUNTER,
        GAUGE
    }

    /** What the values count. */
    public enum Unit {
        MICROSECONDS("microseconds"),
        BYTES("bytes"),
        /** Parts of a number, for example 150 for a load of 1.5. */
        HUNDREDTHS("hundredths"),
        NUMBER("number");

        private final String text;

        Unit(String text) {
            this.text = text;
        }

        /** Returns the API's word. */
        public String text() {
            return text;
        }
    }

    private final String text;
    private final Kind kind;
    private final Unit unit;

    Metric(String text, Kind kind, Unit unit) {
        this.text = text;
        this.kind = kind;
        this.unit = unit;
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

    /** Returns the place of this metric in an array of one number for each, from 0. It is not stored, and may change with the version. */
    @SuppressWarnings("EnumOrdinal") // A map would need an object for each number.
    public int index() {
        return ordinal();
    }

    /** Returns all counters, in the order of their declaration. */
    public static List<Metric> counters() {
        return COUNTERS;
    }

    /** Returns all gauges, in the order of their declaration. */
    public static List<Metric> gauges() {
        return GAUGES;
    }

    /** Returns the metric of this name; empty if there is none, as another version may know more. */
    public static Optional<Metric> named(String text) {
        return Arrays.stream(values())
                .filter(metric -> metric.text.equals(text))
                .findFirst();
    }

    private static List<Metric> ofKind(Kind kind) {
        return Arrays.stream(values()).filter(metric -> metric.kind == kind).toList();
    }
}
