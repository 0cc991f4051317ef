package dev.bailiwick.server.figure;

import dev.bailiwick.server.database.RowAccess;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Optional;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Seals what was used in a month, so that a bill does not change any more. A month is closed first: from then on readings for it count for
 * the next month. Then its sums are computed and stored with a digest.
 */
@Service
class UsageSeals {

    /** For so long after the end of a month, late readings count for it. */
    static final Duration OPEN = Duration.ofDays(7);

    /** For so many months, the readings of sealed ones are kept. */
    static final int VERIFIED_MONTHS = 24;

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final Clock clock;

    UsageSeals(JdbcClient jdbc, TransactionOperations transactions, Clock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.clock = clock;
    }

    /**
     * The state of a month that is closed.
     *
     * @param sealedAt null until its sums are stored
     * @param digest SHA-256 of the stored sums, in hexadecimal; null until they are
     */
    record Seal(
            YearMonth period,
            @Nullable Instant sealedAt,
            @Nullable String digest) {

        private static Seal of(ResultSet row) throws SQLException {
            Timestamp sealedAt = row.getTimestamp("sealed_at");
            byte[] digest = row.getBytes("digest");
            return new Seal(
                    YearMonth.from(row.getDate("period").toLocalDate()),
                    sealedAt == null ? null : sealedAt.toInstant(),
                    digest == null ? null : HexFormat.of().formatHex(digest));
        }
    }

    /** Returns the seal of a month; empty if it is not sealed. */
    Optional<Seal> find(YearMonth month) {
        return closed(month, "").filter(seal -> seal.sealedAt() != null);
    }

    /**
     * Returns the beginning of the first month that is not closed; empty if none is closed. None is closed until the end of the current
     * transaction.
     */
    Optional<Instant> firstOpen() {
        lock("pg_advisory_xact_lock_shared");
        return jdbc.sql("SELECT max(period) AS period FROM usage_seal")
                .query((row, _) -> Optional.ofNullable(row.getDate("period")))
                .single()
                .map(last -> start(YearMonth.from(last.toLocalDate()).plusMonths(1)));
    }

    // Not at once, so that servers that are started again and again do not all begin with it.
    @Scheduled(fixedDelayString = "PT6H", initialDelayString = "PT1H")
    @SchedulerLock(name = "seal-usage", lockAtMostFor = "PT2H")
    void sealDue() {
        RowAccess.everything().run(() -> seal(clock.instant()));
    }

    /** Seals the months that ended a week or more before this time, from the first one with readings on, in their order. */
    void seal(Instant now) {
        Optional<YearMonth> next = next(now);
        while (next.isPresent() && !start(next.get().plusMonths(1)).plus(OPEN).isAfter(now)) {
            YearMonth month = next.get();
            transactions.executeWithoutResult(_ -> close(month));
            transactions.executeWithoutResult(_ -> store(month));
            next = next(now);
        }
    }

    /** Returns the first month that is not sealed. */
    private Optional<YearMonth> next(Instant now) {
        LocalDate current = YearMonth.from(now.atZone(ZoneOffset.UTC)).atDay(1);
        return jdbc.sql("""
                        SELECT coalesce((SELECT min(period) FROM usage_seal WHERE sealed_at IS NULL),
                            (SELECT (max(period) + interval '1 month')::date FROM usage_seal),
                            (SELECT min(m)::date FROM generate_series(:oldest::timestamp, :current::timestamp, interval '1 month') AS m
                                WHERE EXISTS (SELECT FROM figure_hour f WHERE f.slot >= m AT TIME ZONE 'UTC'
                                    AND f.slot < (m + interval '1 month') AT TIME ZONE 'UTC'))) AS period
                        """)
                .param("oldest", Date.valueOf(current.minusMonths(VERIFIED_MONTHS + 1)))
                .param("current", Date.valueOf(current))
                .query((row, _) -> Optional.ofNullable(row.getDate("period")))
                .single()
                .map(first -> YearMonth.from(first.toLocalDate()));
    }

    /** Waits for those that store readings, so that each of them has counted for this month or finds it closed. */
    private void close(YearMonth month) {
        lock("pg_advisory_xact_lock");
        jdbc.sql("INSERT INTO usage_seal (period, closed_at) VALUES (?, ?) ON CONFLICT DO NOTHING")
                .params(Date.valueOf(month.atDay(1)), Timestamp.from(clock.instant()))
                .update();
    }

    /** Stores the sums, unless another replica has; a crash leaves none of them. */
    private void store(YearMonth month) {
        if (closed(month, "FOR UPDATE").orElseThrow().sealedAt() != null) {
            return;
        }
        Date period = Date.valueOf(month.atDay(1));
        jdbc.sql("INSERT INTO sealed_usage (period, " + UsageAmounts.COLUMNS + ") " + UsageAmounts.metered()
                        + "SELECT :period, " + UsageAmounts.COLUMNS + " FROM amounts")
                .param("period", period)
                .param("from", Timestamp.from(start(month)))
                .param("to", Timestamp.from(start(month.plusMonths(1))))
                .update();
        jdbc.sql("""
                        UPDATE usage_seal SET sealed_at = greatest(closed_at, :now), digest = usage_digest(period) WHERE period = :period
                        """)
                .param("now", Timestamp.from(clock.instant()))
                .param("period", period)
                .update();
    }

    private Optional<Seal> closed(YearMonth month, String lock) {
        return jdbc.sql("SELECT period, sealed_at, digest FROM usage_seal WHERE period = ? " + lock)
                .param(Date.valueOf(month.atDay(1)))
                .query((row, _) -> Seal.of(row))
                .optional();
    }

    private void lock(String function) {
        jdbc.sql("SELECT " + function + "(hashtext('usage_seal'))")
                .query((_, _) -> true)
                .single();
    }

    /** Returns when a month of UTC begins. */
    static Instant start(YearMonth month) {
        return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
