package dev.bailiwick.jail.draft;

import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a definition as callers write them, not yet checked.
 *
 * @param memory such as {@code 512 MiB}; likewise shm, tmp and run
 * @see Limit
 */
public record LimitsDraft(
        @Nullable String memory,
        @Nullable String processes,
        @Nullable String cpuMillis,
        @Nullable String shm,
        @Nullable String tmp,
        @Nullable String run) {

    /** Limits without sizes of file systems. */
    public LimitsDraft(@Nullable String memory, @Nullable String processes, @Nullable String cpuMillis) {
        this(memory, processes, cpuMillis, null, null, null);
    }

    static LimitsDraft of(Limits limits) {
        return new LimitsDraft(
                text(limits, Limit.MEMORY),
                text(limits, Limit.PROCESSES),
                text(limits, Limit.CPU_MILLIS),
                text(limits, Limit.SHM),
                text(limits, Limit.TMP),
                text(limits, Limit.RUN));
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
        };
    }

    /** @param draft null for no limits */
    static Optional<Limits> read(DraftReader reader, @Nullable LimitsDraft draft) {
        return draft == null ? Optional.of(Limits.NONE) : draft.read(reader);
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
        return valid ? Optional.of(new Limits(amounts)) : Optional.empty();
    }
}
