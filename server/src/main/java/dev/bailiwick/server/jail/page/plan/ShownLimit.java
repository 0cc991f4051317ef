package dev.bailiwick.server.jail.page.plan;

import dev.bailiwick.jail.CpuSet;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

    private static final String LIVE = "live";
    private static final String RESTART = "restart";

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
     * A limit, or a setting of the kernel, that a change of the plan changes.
     *
     * @param name of a limit as in {@link ShownLimit}
     * @param before null for none; likewise {@code after}
     * @param effect {@code live} if it changes while the jail runs, {@code restart} if not
     */
    record Changed(
            String name, @Nullable String before, @Nullable String after, String effect) {}

    static List<Changed> changed(JailDefinition before, JailDefinition after) {
        Limits now = before.limits();
        Limits then = after.limits();
        Map<Limit, Long> kept = now.untilRestart(before.policy().profile());
        Map<Limit, Long> next = then.untilRestart(after.policy().profile());
        Stream<Changed> amounts = Stream.of(Limit.values())
                .filter(limit ->
                        !Objects.equals(now.amounts().get(limit), then.amounts().get(limit)))
                .map(limit -> new Changed(
                        limit.text(),
                        text(limit, now),
                        text(limit, then),
                        Objects.equals(kept.get(limit), next.get(limit)) ? LIVE : RESTART));
        Stream<Changed> cpus = now.cpus().equals(then.cpus())
                ? Stream.empty()
                : Stream.of(new Changed("cpus", text(now.cpus()), text(then.cpus()), LIVE));
        return Stream.concat(amounts, cpus).toList();
    }

    /** Returns the settings of the kernel that change; a label is the name itself. */
    static List<Changed> changedSettings(JailDefinition before, JailDefinition after) {
        Map<String, String> now = before.execution().sysctls().all();
        Map<String, String> then = after.execution().sysctls().all();
        return Stream.concat(now.keySet().stream(), then.keySet().stream())
                .distinct()
                .sorted()
                .filter(name -> !Objects.equals(now.get(name), then.get(name)))
                .map(name -> new Changed(name, now.get(name), then.get(name), RESTART))
                .toList();
    }

    private static @Nullable String text(CpuSet cpus) {
        return cpus.isAll() ? null : cpus.text();
    }

    private static @Nullable String text(Limit limit, Limits limits) {
        Long amount = limits.amounts().get(limit);
        return amount == null ? null : text(limit, amount);
    }

    /** Writes an amount for people: {@code 512 MiB}, {@code 0.50 CPU}, {@code 10 Mbit/s}, {@code 100}. */
    static String text(Limit limit, long amount) {
        return limit == Limit.CPU_MILLIS
                ? cpus(Math.toIntExact(amount))
                : limit.written(amount).replaceFirst("(?=[KMGT]iB|[kMG]?bit/s)", " ");
    }

    private static String cpus(int millis) {
        return String.format(Locale.ROOT, millis % 1000 == 0 ? "%.0f" : "%.2f", millis / 1000.0) + " CPU";
    }
}
