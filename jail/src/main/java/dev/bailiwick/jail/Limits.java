package dev.bailiwick.jail;

import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The maximum that a jail may use; an absent value means no limit of its own, or the default of {@link Limit}. A host whose kernel lacks
 * the controller rejects the definition; it does not ignore the limit.
 *
 * @param amounts in bytes or as numbers, within the bounds of each limit
 * @param cpus on which the jail may run
 */
public record Limits(SortedMap<Limit, Long> amounts, CpuSet cpus) {

    public static final Limits NONE = new Limits(Collections.emptySortedMap(), CpuSet.ALL);

    /** What is kept of the log of a jail without a limit of its own, unless its host keeps less. */
    public static final long LOG_BYTES = 32L << 20;

    private static final String CPUS = "cpus";

    /** File systems that are mounted at the start. Root of a jail of profile {@code system} may have mounted others in their place. */
    private static final Set<Limit> SIZES = Set.of(Limit.SHM, Limit.TMP, Limit.RUN);

    public Limits {
        amounts = Collections.unmodifiableSortedMap(new TreeMap<>(amounts));
        amounts.forEach(Limit::check);
    }

    /**
     * @param memoryBytes {@link Limit#MEMORY}
     * @param processes {@link Limit#PROCESSES}
     * @param cpuMillis {@link Limit#CPU_MILLIS}
     */
    public Limits(OptionalLong memoryBytes, OptionalInt processes, OptionalInt cpuMillis) {
        this(amounts(memoryBytes, processes, cpuMillis), CpuSet.ALL);
    }

    private static SortedMap<Limit, Long> amounts(
            OptionalLong memoryBytes, OptionalInt processes, OptionalInt cpuMillis) {
        SortedMap<Limit, Long> amounts = new TreeMap<>();
        memoryBytes.ifPresent(bytes -> amounts.put(Limit.MEMORY, bytes));
        processes.ifPresent(number -> amounts.put(Limit.PROCESSES, (long) number));
        cpuMillis.ifPresent(millis -> amounts.put(Limit.CPU_MILLIS, (long) millis));
        return amounts;
    }

    public OptionalLong memoryBytes() {
        return of(Limit.MEMORY);
    }

    public OptionalInt processes() {
        return small(Limit.PROCESSES);
    }

    public OptionalInt cpuMillis() {
        return small(Limit.CPU_MILLIS);
    }

    private OptionalInt small(Limit limit) {
        OptionalLong amount = of(limit);
        return amount.isPresent() ? OptionalInt.of(Math.toIntExact(amount.getAsLong())) : OptionalInt.empty();
    }

    public OptionalLong of(Limit limit) {
        Long amount = amounts.get(limit);
        return amount == null ? OptionalLong.empty() : OptionalLong.of(amount);
    }

    /**
     * Returns how much of it a jail with these limits can have: the limit, or what a jail without it has; empty if that is bounded by its
     * host alone.
     */
    public OptionalLong effective(Limit limit) {
        OptionalLong own = of(limit);
        if (own.isPresent()) {
            return own;
        }
        return switch (limit) {
            case SHM -> OptionalLong.of(64L << 20);
            case TMP -> OptionalLong.of(256L << 20);
            case RUN -> OptionalLong.of(32L << 20);
            case SWAP -> of(Limit.MEMORY).isPresent() ? OptionalLong.of(0) : OptionalLong.empty();
            case CPU_WEIGHT, IO_WEIGHT -> OptionalLong.of(100);
            // A program may raise its own limit so far.
            case FILES -> OptionalLong.of(65_536);
            case CONNECTIONS -> OptionalLong.of(16_384);
            case LOG -> OptionalLong.of(LOG_BYTES);
            case MEMORY, PROCESSES, CPU_MILLIS, MEMORY_HIGH, IO_BYTES, IO_OPERATIONS, BANDWIDTH_IN, BANDWIDTH_OUT ->
                OptionalLong.empty();
        };
    }

    /** Returns the limits by their names in the API: bytes, numbers, and CPUs. {@link #ofTexts} reads them. */
    public SortedMap<String, String> texts() {
        SortedMap<String, String> texts = new TreeMap<>();
        amounts.forEach((limit, amount) -> texts.put(limit.text(), amount.toString()));
        if (!cpus.isAll()) {
            texts.put(CPUS, cpus.text());
        }
        return texts;
    }

    /** @throws InvalidValue if there is no limit of such a name, or it cannot have the value */
    public static Limits ofTexts(Map<String, String> texts) {
        Limits limits = NONE;
        for (Map.Entry<String, String> text : texts.entrySet()) {
            limits = text.getKey().equals(CPUS)
                    ? limits.with(new CpuSet(text.getValue()))
                    : limits.with(Limit.parse(text.getKey()), Long.parseLong(text.getValue()));
        }
        return limits;
    }

    /** Returns these limits, one of them replaced. */
    public Limits with(Limit limit, long amount) {
        SortedMap<Limit, Long> changed = new TreeMap<>(amounts);
        changed.put(limit, amount);
        return new Limits(changed, cpus);
    }

    public Limits with(CpuSet others) {
        return new Limits(amounts, others);
    }

    /** Returns these limits, and those of {@code others} where these have none. */
    public Limits or(Limits others) {
        SortedMap<Limit, Long> all = new TreeMap<>(others.amounts);
        all.putAll(amounts);
        return new Limits(all, cpus.isAll() ? others.cpus : cpus);
    }

    /** Returns those of these limits that a running jail of this profile keeps until it is restarted. */
    public Map<Limit, Long> untilRestart(Profile profile) {
        Map<Limit, Long> kept = new EnumMap<>(Limit.class);
        amounts.forEach((limit, amount) -> {
            if (limit == Limit.FILES || profile == Profile.SYSTEM && SIZES.contains(limit)) {
                kept.put(limit, amount);
            }
        });
        return kept;
    }
}
