package dev.bailiwick.server.jail.page.plan;

import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A limit of a jail.
 *
 * @param name as in the API; its label is the message {@code limit.<name>}
 * @param text the limit; null for no limit
 */
public record ShownLimit(String name, @Nullable String text) {

    private static final Set<Limit> ALWAYS_SHOWN = Set.of(Limit.MEMORY, Limit.PROCESSES, Limit.CPU_MILLIS);

    /** Returns the three limits that always have a place, and those others that the jail has. */
    public static List<ShownLimit> of(Limits limits) {
        Stream<ShownLimit> amounts = Stream.of(Limit.values())
                .filter(limit ->
                        ALWAYS_SHOWN.contains(limit) || limits.amounts().containsKey(limit))
                .map(limit -> new ShownLimit(limit.text(), text(limit, limits)));
        Stream<ShownLimit> cpus = limits.cpus().isAll()
                ? Stream.empty()
                : Stream.of(new ShownLimit("cpus", limits.cpus().text()));
        return Stream.concat(amounts, cpus).toList();
    }

    /**
     * A limit that a change of the plan changes.
     *
     * @param before null for no limit; likewise {@code after}
     */
    record Changed(
            String name, @Nullable String before, @Nullable String after) {}

    static List<Changed> changed(Limits before, Limits after) {
        return Stream.of(Limit.values())
                .filter(limit -> !Objects.equals(
                        before.amounts().get(limit), after.amounts().get(limit)))
                .map(limit -> new Changed(limit.text(), text(limit, before), text(limit, after)))
                .toList();
    }

    private static @Nullable String text(Limit limit, Limits limits) {
        Long amount = limits.amounts().get(limit);
        return amount == null ? null : text(limit, amount);
    }

    /** Writes an amount for people: {@code 512 MiB}, {@code 0.50 CPU}, {@code 100}. */
    static String text(Limit limit, long amount) {
        return limit == Limit.CPU_MILLIS
                ? cpus(Math.toIntExact(amount))
                : limit.written(amount).replaceFirst("(?=[KMGT]iB)", " ");
    }

    private static String cpus(int millis) {
        return String.format(Locale.ROOT, millis % 1000 == 0 ? "%.0f" : "%.2f", millis / 1000.0) + " CPU";
    }
}
