package dev.bailiwick.server.host;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.InvalidRequest;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much of its memory and of its CPUs a host promises to jails, as a factor of what it reports: 1 is what it has, 2 is twice that.
 * The sum of the limits of its jails stays within that. Null is no bound, as for a new host.
 *
 * @param memory 0.01 to 1000, with at most two decimals
 * @param cpu as {@code memory}
 */
public record Overcommit(
        @Nullable BigDecimal memory, @Nullable BigDecimal cpu) {

    public static final Overcommit NONE = new Overcommit(null, null);

    private static final BigDecimal MIN = new BigDecimal("0.01");
    private static final BigDecimal MAX = new BigDecimal("1000");

    /** @throws InvalidRequest naming each factor that is out of its range */
    public Overcommit(@Nullable BigDecimal memory, @Nullable BigDecimal cpu) {
        List<Violation> violations = new ArrayList<>();
        this.memory = checked("/memoryOvercommit", memory, violations);
        this.cpu = checked("/cpuOvercommit", cpu, violations);
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
    }

    private static @Nullable BigDecimal checked(
            String pointer, @Nullable BigDecimal factor, List<Violation> violations) {
        if (factor == null) {
            return null;
        }
        if (factor.compareTo(MIN) < 0
                || factor.compareTo(MAX) > 0
                || factor.stripTrailingZeros().scale() > 2) {
            violations.add(new Violation(pointer, "must be a number of 0.01 to 1000, with at most two decimals"));
            return null;
        }
        return factor.setScale(2).stripTrailingZeros();
    }
}
