package dev.bailiwick.server.account.quota;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The most that some jails may have together: those of a customer and of its customers, or those of a host. Each bound is null if there is
 * none.
 *
 * @param memory the sum of their limits of memory, in bytes
 * @param cpuMillis the sum of their limits of CPU, in thousandths of a CPU
 * @param addresses how many IP addresses they have
 * @param disk the sum of what their plans promise of disk, in bytes; the files of jails are not bounded by it
 */
public record Quota(
        @Nullable Long jails,
        @Nullable Long memory,
        @Nullable Long cpuMillis,
        @Nullable Long addresses,
        @Nullable Long disk) {

    /** No bound at all. */
    public static final Quota NONE = new Quota(null, null, null, null, null);

    /** Whether it bounds anything. */
    public boolean bounds() {
        return !equals(NONE);
    }

    /**
     * Returns why the quota cannot replace {@code former}: it lowers a bound below what is used.
     *
     * @param used what the jails have
     */
    public Optional<QuotaBelowUse> below(Usage used, Quota former) {
        var exceeded = Arrays.stream(Measure.values())
                .filter(measure -> lowers(measure, former))
                .filter(measure -> measure.unlimited(used) > 0
                        || measure.amount(used) > measure.bound(this).orElseThrow())
                .map(measure -> new Shortage(
                        measure, measure.amount(used), 0, measure.bound(this).orElseThrow(), measure.unlimited(used)))
                .collect(Collectors.toList());
        return exceeded.isEmpty() ? Optional.empty() : Optional.of(new QuotaBelowUse(exceeded));
    }

    /**
     * Returns why a customer cannot get a reseller with this quota: its jails have more than the quota leaves.
     *
     * @param used what the jails of the reseller have, with those of its other customers
     * @param more what the jails of the customer have
     */
    public Optional<QuotaExceeded> exceeded(Usage used, Usage more) {
        List<Shortage> shortages = new ArrayList<>();
        for (Measure measure : Measure.values()) {
            OptionalLong bound = measure.bound(this);
            if (bound.isEmpty() || !more.exceeds(Usage.NONE, measure)) {
                continue;
            }
            long has = measure.amount(used);
            long asked = measure.amount(more);
            if (measure.unlimited(more) > 0 || asked > 0 && Usage.sum(has, asked) > bound.getAsLong()) {
                shortages.add(new Shortage(measure, has, asked, bound.getAsLong(), measure.unlimited(more)));
            }
        }
        return shortages.isEmpty() ? Optional.empty() : Optional.of(QuotaExceeded.ofReseller(shortages));
    }

    private boolean lowers(Measure measure, Quota former) {
        return measure.bound(this).isPresent()
                && measure.bound(this).getAsLong() < measure.bound(former).orElse(Long.MAX_VALUE);
    }
}
