package dev.bailiwick.server.figure;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.figure.HostFigures;
import dev.bailiwick.jail.figure.JailFigures;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Stores what hosts measure of their jails and of themselves. */
@Service
public class Figures {

    /** A day less than figures of five minutes are kept, so that no row comes for a day whose figures are being deleted. */
    static final Duration ACCEPTED = Duration.ofDays(34);

    /** Clocks of hosts may be ahead by so much. */
    private static final Duration AHEAD = Duration.ofMinutes(5);

    /** Hosts send the figures of a slot of five minutes soon after its end. */
    private static final Duration RECENT = Duration.ofMinutes(15);

    /** A jail that is started once in a slot has as many runs in it: two cgroups, two links. They are always stored. */
    private static final int USUAL_RUNS_OF_A_SLOT = 4;

    /** More runs than a jail has in five minutes: 500 starts. Limits what a host can invent. */
    private static final int MAX_RUNS_OF_A_SLOT = 1_000;

    /** The rows of a jail in a day of UTC, beyond which only usual slots are stored. One that is not started again has 576. */
    private static final int MAX_ROWS_OF_A_DAY = 3_000;

    private static final String KEYS = "jail uuid, run uuid, slot timestamptz";

    private static final String INSERT = """
            INSERT INTO figure AS f (jail_id, customer_id, run, slot, samples, %s)
            SELECT r.jail, r.customer_id, r.run, r.slot, r.samples, %s
            FROM (
                SELECT given.*, o.customer_id, k.known,
                    row_number() OVER (PARTITION BY given.jail, given.slot, k.known ORDER BY given.run) AS place,
                    row_number() OVER (PARTITION BY given.jail, date_bin('1 day', given.slot, 'epoch'), k.known
                        ORDER BY given.slot, given.run) AS place_of_day
                FROM (SELECT DISTINCT ON (jail, slot, run) * FROM jsonb_to_recordset(:rows::jsonb) AS sent(%s, samples integer, %s)
                    WHERE slot >= :oldest AND slot <= :newest ORDER BY jail, slot, run) AS given
                CROSS JOIN LATERAL (
                    SELECT j.customer_id FROM jail j WHERE j.id = given.jail AND j.host_id = :host
                    UNION ALL
                    SELECT g.customer_id FROM removed_jail g WHERE g.id = given.jail AND g.host_id = :host
                        AND given.slot < g.removed_at AND NOT EXISTS (SELECT FROM jail j WHERE j.id = given.jail)
                    LIMIT 1) AS o
                CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM figure same
                    WHERE same.jail_id = given.jail AND same.slot = given.slot AND same.run = given.run) AS known) AS k) AS r
            CROSS JOIN LATERAL (SELECT r.place + count(*) AS runs FROM (SELECT FROM figure taken
                WHERE taken.jail_id = r.jail AND taken.slot = r.slot LIMIT :most) AS slot) AS t
            WHERE r.known OR t.runs <= :usual
                OR t.runs <= :most AND r.place_of_day <= :mostOfDay - (SELECT count(*) FROM (SELECT FROM figure taken
                    WHERE taken.jail_id = r.jail AND taken.slot >= date_bin('1 day', r.slot, 'epoch')
                        AND taken.slot < date_bin('1 day', r.slot, 'epoch') + interval '24 hours' LIMIT :mostOfDay) AS day)
            ORDER BY r.jail, r.slot, r.run
            ON CONFLICT (jail_id, slot, run) DO UPDATE SET %s, samples = greatest(f.samples, excluded.samples)
            RETURNING f.jail_id, f.run, f.slot
            """.formatted(
                    FigureColumns.ALL,
                    FigureColumns.all(column -> "r." + column),
                    KEYS,
                    FigureColumns.all(column -> column + " bigint"),
                    FigureColumns.merged());

    private static final String BY_THE_HOUR =
            """
            INSERT INTO figure_hour AS h (jail_id, customer_id, run, slot, samples, %s)
            SELECT f.jail_id, f.customer_id, f.run, a.hour, sum(f.samples), %s
            FROM (SELECT DISTINCT r.jail, r.run, date_bin('1 hour', r.slot, 'epoch') AS hour
                FROM jsonb_to_recordset(:rows::jsonb) AS r(%s)) AS a
            JOIN figure f ON f.jail_id = a.jail AND f.run = a.run AND f.slot >= a.hour AND f.slot < a.hour + interval '1 hour'
            WHERE f.slot >= :from AND f.slot < :to
            GROUP BY f.jail_id, f.customer_id, f.run, a.hour
            ORDER BY f.jail_id, a.hour, f.run
            ON CONFLICT (jail_id, slot, run, customer_id) DO UPDATE SET samples = excluded.samples, %s
            """.formatted(FigureColumns.ALL, FigureColumns.byTheHour(), KEYS, FigureColumns.recomputed());

    /** Late readings of closed months are those of the first hour that is open. */
    private static final String LATE = """
            INSERT INTO figure_hour AS h (jail_id, customer_id, run, slot, samples, %s)
            SELECT f.jail_id, f.customer_id, f.run, :open, sum(f.samples), %s
            FROM (SELECT DISTINCT r.jail, r.run, r.slot FROM jsonb_to_recordset(:rows::jsonb) AS r(%s)) AS a
            JOIN figure f ON f.jail_id = a.jail AND f.run = a.run AND f.slot = a.slot
            LEFT JOIN LATERAL (SELECT f.* FROM figure_hour f WHERE f.jail_id = a.jail AND f.run = a.run AND f.slot < :open
                ORDER BY %s LIMIT 1) AS e ON true
            WHERE f.slot >= :from AND f.slot < :to
            GROUP BY f.jail_id, f.customer_id, f.run
            ORDER BY f.jail_id, f.run
            ON CONFLICT (jail_id, slot, run, customer_id) DO UPDATE SET %s
            """.formatted(
            FigureColumns.counters(), FigureColumns.late(), KEYS, FigureColumns.LATEST_FIRST, FigureColumns.added());

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final UsageSeals seals;
    private final HostFigureRows hostRows;
    private final Clock clock;

    Figures(JdbcClient jdbc, JsonMapper json, UsageSeals seals, HostFigureRows hostRows, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.seals = seals;
        this.hostRows = hostRows;
        this.clock = clock;
    }

    /** What figures say about the clock of their host. */
    public enum HostClock {
        RIGHT,
        /** Figures are left out, because they are of a time that has not come. */
        AHEAD,
        /** The figures are old. */
        UNKNOWN
    }

    /**
     * Returns what figures say about the clock of their host.
     *
     * @param slots of the figures
     */
    public HostClock clock(Stream<Instant> slots) {
        Instant now = clock.instant();
        Instant newest = slots.max(Instant::compareTo).orElse(Instant.MIN);
        if (newest.isAfter(now.plus(AHEAD))) {
            return HostClock.AHEAD;
        }
        return newest.isAfter(now.minus(RECENT)) ? HostClock.RIGHT : HostClock.UNKNOWN;
    }

    /** A row that was stored. */
    private record Key(String jail, String run, Instant slot) {}

    /**
     * Stores figures in one transaction. Storing them again changes nothing, and neither does their order. Those of a month that is closed
     * count for the first one that is not. Left out are figures of jails of other hosts, of slots that are too old or in the future, and those beyond the bounds for a slot and a day of a jail.
     *
     * @return how many were left out
     */
    @Transactional
    public int store(HostId host, Collection<JailFigures> figures) {
        if (figures.isEmpty()) {
            return 0;
        }
        Instant now = clock.instant();
        // Before anything is read or written: a month that is being closed waits for this transaction, or this one
        // finds it closed.
        Instant open = open(figures, now);
        List<Key> stored = jdbc.sql(INSERT)
                .param(
                        "rows",
                        json.writeValueAsString(
                                figures.stream().map(Figures::row).toList()))
                .param("host", host.value())
                .param("oldest", Timestamp.from(now.minus(ACCEPTED)))
                .param("newest", Timestamp.from(now.plus(AHEAD)))
                .param("usual", USUAL_RUNS_OF_A_SLOT)
                .param("most", MAX_RUNS_OF_A_SLOT)
                .param("mostOfDay", MAX_ROWS_OF_A_DAY)
                .query((row, _) -> new Key(
                        row.getString("jail_id"),
                        row.getString("run"),
                        row.getTimestamp("slot").toInstant()))
                .list();
        List<Key> late =
                stored.stream().filter(key -> key.slot().isBefore(open)).toList();
        List<Key> counted =
                stored.stream().filter(key -> !key.slot().isBefore(open)).toList();
        if (!late.isEmpty()) {
            sumUp(jdbc.sql(LATE).param("open", Timestamp.from(open)), late, Duration.ofMillis(1));
        }
        if (!counted.isEmpty()) {
            sumUp(jdbc.sql(BY_THE_HOUR), counted, Duration.ofHours(1));
        }
        return figures.size() - stored.size();
    }

    /**
     * Stores figures of the host itself in one transaction. Storing them again changes nothing. Left out are those of slots that are too old
     * or in the future, and those beyond the bound for one slot.
     *
     * @return how many were left out, or were stored before
     */
    @Transactional
    public int storeOfHost(HostId host, Collection<HostFigures> figures) {
        Instant now = clock.instant();
        List<HostFigures> accepted = figures.stream()
                .filter(one ->
                        !one.slot().isBefore(now.minus(ACCEPTED)) && !one.slot().isAfter(now.plus(AHEAD)))
                .toList();
        return figures.size() - (accepted.isEmpty() ? 0 : hostRows.store(host, accepted));
    }

    /** Wakes the pages that show figures of this host and of its jails, on all servers. To be called once for many batches. */
    @Transactional
    public void announce(HostId host) {
        jdbc.sql("SELECT pg_notify('figures_stored', ?)")
                .param(host.toString())
                .query((_, _) -> host)
                .single();
    }

    /** Returns the beginning of the first month that is not closed; for figures of the current month, which is not, that may be earlier. */
    private Instant open(Collection<JailFigures> figures, Instant now) {
        Instant month = UsageSeals.start(YearMonth.from(now.atZone(ZoneOffset.UTC)));
        boolean isOfCurrent = figures.stream().allMatch(one -> !one.slot().isBefore(month));
        return isOfCurrent ? Instant.EPOCH : seals.firstOpen().orElse(Instant.EPOCH);
    }

    /**
     * Computes the hours of these rows again.
     *
     * @param around how long before and after these rows there are others of their hours
     */
    private void sumUp(JdbcClient.StatementSpec statement, List<Key> stored, Duration around) {
        Instant first = stored.stream().map(Key::slot).min(Instant::compareTo).orElseThrow();
        Instant last = stored.stream().map(Key::slot).max(Instant::compareTo).orElseThrow();
        statement
                .param("rows", json.writeValueAsString(stored))
                .param("from", Timestamp.from(first.minus(around)))
                .param("to", Timestamp.from(last.plus(around)))
                .update();
    }

    private static Map<String, Object> row(JailFigures figures) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("jail", figures.jail().toString());
        row.put("run", figures.run().toString());
        row.put("slot", figures.slot());
        row.put("samples", figures.samples());
        figures.counters().forEach((metric, counter) -> {
            row.put(FigureColumns.of(metric) + "_first", counter.first());
            row.put(FigureColumns.of(metric) + "_last", counter.last());
        });
        figures.gauges().forEach((metric, gauge) -> {
            row.put(FigureColumns.of(metric) + "_minimum", gauge.minimum());
            row.put(FigureColumns.of(metric) + "_mean", gauge.mean());
            row.put(FigureColumns.of(metric) + "_maximum", gauge.maximum());
            row.put(FigureColumns.of(metric) + "_p95", gauge.p95());
        });
        return row;
    }
}
