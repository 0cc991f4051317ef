package dev.bailiwick.server.host.page;

import dev.bailiwick.server.host.HostPromises;
import dev.bailiwick.server.host.HostPromises.Promise;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a host promises of one thing, as its page shows it.
 *
 * @param measure {@code memory} or {@code cpu}
 * @param bound null for no bound; likewise {@code left}
 * @param percent how much of the bound is promised, 0 to 100
 * @param unlimited how many jails have no limit of it
 */
record ShownPromise(
        String measure,
        String has,
        @Nullable String bound,
        String promised,
        @Nullable String left,
        long percent,
        long unlimited) {

    static List<ShownPromise> of(HostPromises promises) {
        return List.of(
                of("memory", promises.memory(), ShownHost::gibibytes),
                of("cpu", promises.cpuMillis(), ShownPromise::cpus));
    }

    private static ShownPromise of(String measure, Promise promise, LongFunction<String> text) {
        Long bound = promise.bound();
        Long left = promise.left();
        return new ShownPromise(
                measure,
                text.apply(promise.has()),
                bound == null ? null : text.apply(bound),
                text.apply(promise.promised()),
                left == null ? null : text.apply(left),
                bound == null ? 0 : Math.min(100, Math.round(100.0 * promise.promised() / Math.max(1, bound))),
                promise.withoutLimit());
    }

    private static String cpus(long millis) {
        return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString();
    }
}
