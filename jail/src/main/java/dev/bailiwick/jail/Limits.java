package dev.bailiwick.jail;

import dev.bailiwick.jail.syscall.Profile;
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
