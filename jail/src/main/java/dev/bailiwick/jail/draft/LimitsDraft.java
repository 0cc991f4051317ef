package dev.bailiwick.jail.draft;

import dev.bailiwick.jail.CpuSet;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.validation.Violation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a definition as callers write them, not yet checked.
 *
 * @param memory such as {@code 512 MiB}; likewise shm, tmp, run, memoryHigh, swap and ioBytes
 * @param bandwidthIn such as {@code 100Mbit/s}; likewise bandwidthOut
 * @param cpus such as {@code 0-3,8}
 * @see Limit
 */
public record LimitsDraft(
        @Nullable String memory,
        @Nullable String processes,
        @Nullable String cpuMillis,
        @Nullable String shm,
        @Nullable String tmp,
        @Nullable String run,
        @Nullable String memoryHigh,
        @Nullable String swap,
        @Nullable String cpuWeight,
        @Nullable String cpus,
        @Nullable String ioWeight,
        @Nullable String ioBytes,
        @Nullable String ioOperations,
        @Nullable String files,
        @Nullable String bandwidthIn,
        @Nullable String bandwidthOut,
        @Nullable String connections,
        @Nullable String log) {

    /** The three limits that quotas count. */
    public LimitsDraft(@Nullable String memory, @Nullable String processes, @Nullable String cpuMillis) {
        this(
                memory, processes, cpuMillis, null, null, null, null, null, null, null, null, null, null, null, null,
                null, null, null);
    }

    /** No limit. */
    public static final LimitsDraft NONE = new LimitsDraft(null, null, null);

    public static LimitsDraft of(Limits limits) {
        return new LimitsDraft(
                text(limits, Limit.MEMORY),
                text(limits, Limit.PROCESSES),
                text(limits, Limit.CPU_MILLIS),
                text(limits, Limit.SHM),
                text(limits, Limit.TMP),
                text(limits, Limit.RUN),
                text(limits, Limit.MEMORY_HIGH),
                text(limits, Limit.SWAP),
                text(limits, Limit.CPU_WEIGHT),
                limits.cpus().isAll() ? null : limits.cpus().text(),
                text(limits, Limit.IO_WEIGHT),
                text(limits, Limit.IO_BYTES),
                text(limits, Limit.IO_OPERATIONS),
                text(limits, Limit.FILES),
                text(limits, Limit.BANDWIDTH_IN),
                text(limits, Limit.BANDWIDTH_OUT),
                text(limits, Limit.CONNECTIONS),
                text(limits, Limit.LOG));
    }

    private static @Nullable String text(Limits limits, Limit limit) {
        OptionalLong amount = limits.of(limit);
        return amount.isPresent() ? limit.written(amount.getAsLong()) : null;
    }

    /** Returns what is written for this limit; null if nothing is. */
    public @Nullable String text(Limit limit) {
        return switch (limit) {
            case MEMORY -> memory;
            case PROCESSES -> processes;
            case CPU_MILLIS -> cpuMillis;
            case SHM -> shm;
            case TMP -> tmp;
            case RUN -> run;
            case MEMORY_HIGH -> memoryHigh;
            case SWAP -> swap;
            case CPU_WEIGHT -> cpuWeight;
            case IO_WEIGHT -> ioWeight;
            case IO_BYTES -> ioBytes;
            case IO_OPERATIONS -> ioOperations;
            case FILES -> files;
            case BANDWIDTH_IN -> bandwidthIn;
            case BANDWIDTH_OUT -> bandwidthOut;
            case CONNECTIONS -> connections;
            case LOG -> log;
        };
    }

    /** @param draft null for no limits */
    static Optional<Limits> read(DraftReader reader, @Nullable LimitsDraft draft) {
        return draft == null ? Optional.of(Limits.NONE) : draft.read(reader);
    }

    /**
     * Reads the limits.
     *
     * @param violations gets what is wrong with them, each at its place below {@code /limits}
     * @return empty if anything is wrong
     */
    public Optional<Limits> read(List<Violation> violations) {
        return read(new DraftReader(violations, "/limits"));
    }

    private Optional<Limits> read(DraftReader reader) {
        SortedMap<Limit, Long> amounts = new TreeMap<>();
        boolean valid = true;
        for (Limit limit : Limit.values()) {
            Optional<OptionalLong> amount = reader.readOr(
                    "/" + limit.text(),
                    text(limit),
                    OptionalLong.empty(),
                    written -> OptionalLong.of(limit.amount(written)));
            amount.ifPresent(read -> read.ifPresent(bound -> amounts.put(limit, bound)));
            valid &= amount.isPresent();
        }
        Optional<CpuSet> readCpus = reader.readOr("/cpus", cpus, CpuSet.ALL, text -> new CpuSet(text.strip()));
        return valid ? readCpus.map(read -> new Limits(amounts, read)) : Optional.empty();
    }
}
