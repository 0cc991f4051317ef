package dev.bailiwick.server.figure;

import dev.bailiwick.server.problem.InvalidRequest;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** The months for which requests ask. */
final class UsagePeriod {

    private UsagePeriod() {}

    /** Returns the month of UTC at this time. */
    static YearMonth current(Instant now) {
        return YearMonth.from(now.atZone(ZoneOffset.UTC));
    }

    /**
     * Reads a month such as {@code 2026-11}.
     *
     * @param period null for the current month
     * @throws InvalidRequest naming the field, if it is not a month of the last two years
     */
    static YearMonth parse(@Nullable String period, Instant now) {
        YearMonth current = current(now);
        if (period == null) {
            return current;
        }
        try {
            YearMonth month = YearMonth.parse(period);
            if (!month.isAfter(current) && !month.isBefore(current.minusMonths(UsageSeals.VERIFIED_MONTHS))) {
                return month;
            }
        } catch (DateTimeException e) {
            throw new InvalidRequest("/period", "must be a month such as 2026-11");
        }
        throw new InvalidRequest("/period", "must be a month of the last two years");
    }
}
