package dev.bailiwick.jail;

import dev.bailiwick.jail.text.BitRate;
import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Arrays;

/** Something of which a jail may have a limited amount. */
public enum Limit {
    /** {@code memory.max} of cgroup v2: memory with the files in memory. Without it a jail may have half of its host's. */
    MEMORY("memory", Unit.BYTES, Bounds.MIN_MEMORY, Long.MAX_VALUE, "must be at least 4 MiB"),
    /** {@code pids.max}: processes and threads at a time. */
    PROCESSES("processes", Unit.NUMBER, 1, Bounds.MAX_PROCESSES, "must allow 1 to 4,194,304 processes"),
    /** {@code cpu.max}: thousandths of one CPU. */
    CPU_MILLIS(
            "cpuMillis",
            Unit.NUMBER,
            10,
            1_024_000,
            "must allow 10 to 1,024,000 thousandths of a CPU, for example 1500 for 1.5 CPUs"),
    /** The size of {@code /dev/shm}: 64 MiB if it is absent. */
    SHM("shm", Unit.BYTES, Bounds.MIN_FILES, Bounds.MAX_FILES, Bounds.FILES),
    /** The size of {@code /tmp}: 256 MiB if it is absent. */
    TMP("tmp", Unit.BYTES, Bounds.MIN_FILES, Bounds.MAX_FILES, Bounds.FILES),
    /** The size of {@code /run}: 32 MiB if it is absent. */
    RUN("run", Unit.BYTES, Bounds.MIN_FILES, Bounds.MAX_FILES, Bounds.FILES),
    /** {@code memory.high}: above it the kernel slows the jail down and takes memory back, without ending anything. */
    MEMORY_HIGH("memoryHigh", Unit.BYTES, Bounds.MIN_MEMORY, Long.MAX_VALUE, "must be at least 4 MiB"),
    /** {@code memory.swap.max}: swap besides the memory. Without it a jail with a limit of memory has none. */
    SWAP("swap", Unit.BYTES, 0, Long.MAX_VALUE, "must be a size"),
    /** {@code cpu.weight}: the share of busy CPUs, relative to other jails. 100 if it is absent. */
    CPU_WEIGHT("cpuWeight", Unit.NUMBER, 1, 10_000, "must be 1 to 10,000; a jail without it has 100"),
    /** The share of a busy disk, relative to other jails. 100 if it is absent. */
    IO_WEIGHT("ioWeight", Unit.NUMBER, 1, 1_000, "must be 1 to 1,000; a jail without it has 100"),
    /** {@code io.max}: bytes that are read a second from the disk with the jails, and as many that are written. */
    IO_BYTES("ioBytes", Unit.BYTES, 1L << 16, 1L << 50, "must be 64 KiB to 1 PiB, for each second"),
    /** {@code io.max}: operations of reading a second on that disk, and as many of writing. */
    IO_OPERATIONS("ioOperations", Unit.NUMBER, 10, 1_000_000_000, "must be 10 to 1,000,000,000, for each second"),
    /** {@code RLIMIT_NOFILE}, soft and hard: open files of one process. */
    FILES("files", Unit.NUMBER, 64, 1_048_576, "must be 64 to 1,048,576"),
    /** Bits a second that arrive in the jail over its link, with all headers. */
    BANDWIDTH_IN("bandwidthIn", Unit.BIT_RATE, Bounds.MIN_RATE, Bounds.MAX_RATE, Bounds.RATE),
    /** Bits a second that the jail sends over its link, with all headers. */
    BANDWIDTH_OUT("bandwidthOut", Unit.BIT_RATE, Bounds.MIN_RATE, Bounds.MAX_RATE, Bounds.RATE),
    /** Connections of the jail that the host tracks at a time. Without it as many as every jail can have: at most 16,384. */
    CONNECTIONS("connections", Unit.NUMBER, 64, 16_384, "must be 64 to 16,384; a jail without it has 16,384"),
    /** What the host keeps of what the jail has written, in bytes on its disk. 32 MiB if it is absent; the host may keep less. */
    LOG("log", Unit.BYTES, 1L << 20, 4L << 30, "must be 1 MiB to 4 GiB; a jail without it has 32 MiB");

    /** The unit of {@code cpuMillis} is not in its demand. */
    private static final String DEMAND_OF_CPU = "limit:cpu";

    /** How an amount is written. */
    public enum Unit {
        BYTES,
        NUMBER,
        /** Bits a second. */
        BIT_RATE
    }

    /** What is common to several limits. */
    private static final class Bounds {

        private static final long MIN_MEMORY = 4L << 20;
        private static final long MAX_PROCESSES = 4_194_304;
        private static final long MIN_FILES = 1L << 20;
        private static final long MAX_FILES = 1L << 40;
        private static final String FILES = "must be 1 MiB to 1 TiB";
        private static final long MIN_RATE = 64_000;
        private static final long MAX_RATE = 100_000_000_000L;
        private static final String RATE = "must be 64 kbit/s to 100 Gbit/s";
    }

    private final String text;
    private final Unit unit;
    private final long minimum;
    private final long maximum;
    private final String rule;

    Limit(String text, Unit unit, long minimum, long maximum, String rule) {
        this.text = text;
        this.unit = unit;
        this.minimum = minimum;
        this.maximum = maximum;
        this.rule = rule;
    }

    /** Returns the API's name of the member of {@code limits}. */
    public String text() {
        return text;
    }

    /** Returns the word of the {@link Demand} for such a limit. */
    public String demand() {
        return this == CPU_MILLIS ? DEMAND_OF_CPU : "limit:" + text;
    }

    public Unit unit() {
        return unit;
    }

    /** @throws InvalidValue if there is no limit of this name */
    public static Limit parse(String text) {
        return Arrays.stream(values())
                .filter(limit -> limit.text.equals(text))
                .findFirst()
                .orElseThrow(() -> new InvalidValue("there is no limit '" + text + "'"));
    }

    /** Returns the amount that a caller has written: a size such as {@code 512MiB}, a rate such as {@code 100Mbit/s}, or a whole number. */
    public long amount(String written) {
        return check(
                switch (unit) {
                    case BYTES -> ByteSize.parse(written);
                    case NUMBER -> wholeNumber(written);
                    case BIT_RATE -> BitRate.parse(written);
                });
    }

    /** Returns the amount as {@link #amount} reads it. */
    public String written(long amount) {
        return switch (unit) {
            case BYTES -> ByteSize.text(amount);
            case NUMBER -> Long.toString(amount);
            case BIT_RATE -> BitRate.text(amount);
        };
    }

    long check(long amount) {
        if (amount < minimum || amount > maximum) {
            throw new InvalidValue(rule);
        }
        return amount;
    }

    private static long wholeNumber(String written) {
        try {
            return Long.parseLong(written.strip());
        } catch (NumberFormatException e) {
            throw new InvalidValue("must be a whole number");
        }
    }
}
