package dev.bailiwick.server.jail.customer;

import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.server.account.customer.CustomerUsage;
import dev.bailiwick.server.account.quota.Measure;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What the jails of a customer have of one thing.
 *
 * @param measure the member of the quota in the API
 * @param bound null if there is none
 * @param percent how much of the bound is used, 0 to 100
 * @param unlimited how many jails have no limit of it
 */
public record ShownQuota(
        String measure, String used, @Nullable String bound, long percent, long unlimited) {

    /** Returns what the jails of a customer have, of each thing that a quota bounds. */
    public static List<ShownQuota> of(CustomerUsage usage) {
        return Arrays.stream(Measure.values())
                .map(measure -> of(measure, usage))
                .toList();
    }

    private static ShownQuota of(Measure measure, CustomerUsage usage) {
        long used = measure.amount(usage.used());
        OptionalLong bound = measure.bound(usage.quota());
        return new ShownQuota(
                measure.member(),
                text(measure, used),
                bound.isPresent() ? text(measure, bound.getAsLong()) : null,
                percent(used, bound),
                measure.unlimited(usage.used()));
    }

    private static String text(Measure measure, long amount) {
        return switch (measure) {
            case MEMORY, DISK -> ByteSize.text(amount);
            case CPU -> BigDecimal.valueOf(amount, 3).stripTrailingZeros().toPlainString();
            case JAILS, ADDRESSES -> String.valueOf(amount);
        };
    }

    private static long percent(long used, OptionalLong bound) {
        if (bound.isEmpty() || used == 0) {
            return 0;
        }
        return Math.min(100, Math.round(100.0 * used / Math.max(1, bound.getAsLong())));
    }
}
