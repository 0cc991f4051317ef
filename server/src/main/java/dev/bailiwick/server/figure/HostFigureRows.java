package dev.bailiwick.server.figure;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.figure.HostFigures;
import dev.bailiwick.jail.figure.HostMetric;
import dev.bailiwick.jail.figure.JailFigures.Counter;
import dev.bailiwick.jail.figure.JailFigures.Gauge;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.figure.chart.MetricWindow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The stored figures of hosts, by five minutes and by the hour. */
@Repository
class HostFigureRows {

    /** More runs than an agent has in five minutes. Limits what a host can invent. */
    private static final int MAX_RUNS_OF_A_SLOT = 20;

    private static final Duration KEPT = Duration.ofDays(35);
    private static final Duration KEPT_BY_THE_HOUR = Duration.ofDays(731);
    private static final TypeReference<Map<String, List<Long>>> NUMBERS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Clock clock;

    HostFigureRows(JdbcClient jdbc, JsonMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
    }

    /**
     * Stores figures that a host has sent. Storing them again changes nothing. Left out are those beyond the bound for one slot.
     *
     * @return how many were stored now
     */
    @Transactional
    public int store(HostId host, Collection<HostFigures> figures) {
        // Another session of the same host would otherwise compute an hour without these.
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtext('host_figure'), hashtext(?))")
                .param(host.toString())
                .query((_, _) -> host)
                .single();
        List<HostFigures> stored =
                figures.stream().filter(one -> insert(host, one)).toList();
        stored.stream()
                .map(one -> one.slot().truncatedTo(ChronoUnit.HOURS))
                .distinct()
                .forEach(hour -> sumUp(host, hour));
        return stored.size();
    }

    private boolean insert(HostId host, HostFigures one) {
        return jdbc.sql("""
                                INSERT INTO host_figure (host_id, run, slot, samples, counters, gauges)
                                SELECT :host, :run, :slot, :samples, :counters::jsonb, :gauges::jsonb
                                WHERE (SELECT count(*) FROM host_figure WHERE host_id = :host AND slot = :slot) < :most
                                ON CONFLICT DO NOTHING
                                """)
                        .params(parameters(host, one))
                        .param("most", MAX_RUNS_OF_A_SLOT)
                        .update()
                > 0;
    }

    /** Computes an hour again from all of its slots. */
    private void sumUp(HostId host, Instant hour) {
        read("host_figure", host, hour, hour.plus(Duration.ofHours(1))).stream()
                .collect(Collectors.groupingBy(HostFigures::run))
                .forEach((run, slots) -> jdbc.sql("""
                                INSERT INTO host_figure_hour (host_id, run, slot, samples, counters, gauges)
                                VALUES (:host, :run, :slot, :samples, :counters::jsonb, :gauges::jsonb)
                                ON CONFLICT (host_id, slot, run) DO UPDATE
                                SET samples = excluded.samples, counters = excluded.counters, gauges = excluded.gauges
                                """)
                        .params(parameters(host, together(run, hour, slots)))
                        .update());
    }

    private Map<String, Object> parameters(HostId host, HostFigures one) {
        return Map.of(
                "host",
                host.value(),
                "run",
                one.run(),
                "slot",
                Timestamp.from(one.slot()),
                "samples",
                one.samples(),
                "counters",
                text(one.counters(), counter -> List.of(counter.first(), counter.last())),
                "gauges",
                text(one.gauges(), gauge -> List.of(gauge.minimum(), gauge.mean(), gauge.maximum(), gauge.p95())));
    }

    private <T> String text(Map<HostMetric, T> figures, Function<T, List<Long>> numbers) {
        Map<String, List<Long>> named = new LinkedHashMap<>();
        figures.forEach((metric, figure) -> named.put(metric.text(), numbers.apply(figure)));
        return json.writeValueAsString(named);
    }

    private static HostFigures together(UUID run, Instant hour, List<HostFigures> slots) {
        Map<HostMetric, Counter> counters = new EnumMap<>(HostMetric.class);
        Map<HostMetric, Gauge> gauges = new EnumMap<>(HostMetric.class);
        for (HostFigures slot : slots) {
            slot.counters()
                    .forEach((metric, counter) -> counters.merge(
                            metric,
                            counter,
                            (one, other) -> new Counter(
                                    Math.min(one.first(), other.first()), Math.max(one.last(), other.last()))));
        }
        for (HostMetric metric : HostMetric.gauges()) {
            MeanOfGauges mean = new MeanOfGauges();
            slots.stream()
                    .filter(slot -> slot.gauges().containsKey(metric))
                    .forEach(slot -> mean.add(slot.gauges().get(metric), slot.samples()));
            mean.gauge().ifPresent(gauge -> gauges.put(metric, gauge));
        }
        return new HostFigures(
                run, hour, slots.stream().mapToInt(HostFigures::samples).sum(), counters, gauges);
    }

    /** Returns the rows for the steps of this time, in the order of runs and slots. */
    @Transactional(readOnly = true)
    public List<HostFigures> read(HostId host, MetricWindow window) {
        return read(window.hostTable(), host, window.from(), window.to());
    }

    private List<HostFigures> read(String table, HostId host, Instant from, Instant to) {
        return jdbc.sql("""
                        SELECT run, slot, samples, counters, gauges FROM %s
                        WHERE host_id = ? AND slot >= ? AND slot < ? ORDER BY run, slot
                        """.formatted(table))
                .params(host.value(), Timestamp.from(from), Timestamp.from(to))
                .query((row, _) -> figures(row))
                .list();
    }

    private HostFigures figures(ResultSet row) throws SQLException {
        return new HostFigures(
                row.getObject("run", UUID.class),
                row.getTimestamp("slot").toInstant(),
                row.getInt("samples"),
                named(row.getString("counters"), of -> new Counter(of.getFirst(), of.getLast())),
                named(row.getString("gauges"), of -> new Gauge(of.get(0), of.get(1), of.get(2), of.get(3))));
    }

    /** A metric that only an earlier or later version knows is left out. */
    private <T> Map<HostMetric, T> named(String text, Function<List<Long>, T> reading) {
        Map<HostMetric, T> figures = new EnumMap<>(HostMetric.class);
        json.readValue(text, NUMBERS)
                .forEach((name, numbers) ->
                        HostMetric.named(name).ifPresent(metric -> figures.put(metric, reading.apply(numbers))));
        return figures;
    }

    @Scheduled(fixedDelayString = "PT6H", initialDelayString = "PT3M")
    @SchedulerLock(name = "host-figures", lockAtMostFor = "PT10M")
    @Transactional
    public void deleteOld() {
        Instant now = clock.instant();
        RowAccess.everything().run(() -> {
            jdbc.sql("DELETE FROM host_figure WHERE slot < ?")
                    .param(Timestamp.from(now.minus(KEPT)))
                    .update();
            jdbc.sql("DELETE FROM host_figure_hour WHERE slot < ?")
                    .param(Timestamp.from(now.minus(KEPT_BY_THE_HOUR)))
                    .update();
        });
    }
}
