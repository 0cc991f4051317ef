package dev.bailiwick.server.figure;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.figure.chart.Marker;
import dev.bailiwick.server.figure.chart.Marker.Kind;
import dev.bailiwick.server.figure.chart.MetricWindow;
import dev.bailiwick.server.figure.chart.Step;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailView;
import java.sql.Timestamp;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What happened to a jail while its figures were measured: starts, changes of its definition, and processes killed for lack of memory. */
@Service
class JailMarkers {

    /** More than a chart can show. */
    private static final int MAX_MARKERS = 1_000;

    private final JdbcClient jdbc;
    private final Jails jails;
    private final Audit audit;

    JailMarkers(JdbcClient jdbc, Jails jails, Audit audit) {
        this.jdbc = jdbc;
        this.jails = jails;
        this.audit = audit;
    }

    /**
     * Returns what happened in this time, in order.
     *
     * @param steps the figures of the jail in this window
     * @throws dev.bailiwick.server.jail.intent.JailNotFound if the jail does not exist or the caller may not see it
     */
    @Transactional(readOnly = true)
    List<Marker> of(Caller caller, JailId id, MetricWindow window, List<Step> steps) {
        JailView jail = jails.find(caller, id);
        return Stream.of(starts(jail, window), changes(jail, window), Marker.kills(steps, Metric.OOM_KILLS))
                .flatMap(List::stream)
                .sorted(Comparator.comparing(Marker::at).thenComparing(Marker::kind))
                .limit(MAX_MARKERS)
                .toList();
    }

    /** Each start creates a cgroup. Its counters begin at 0, and so does only the first row about it. */
    private List<Marker> starts(JailView jail, MetricWindow window) {
        return jdbc.sql("""
                        SELECT date_bin(make_interval(secs => :step), f.slot, 'epoch') AS at, count(DISTINCT f.run) AS starts
                        FROM %s f
                        WHERE f.jail_id = :jail AND f.customer_id = :customer AND f.slot >= :from AND f.slot < :to
                            AND f.cpu_time_first = 0 AND f.cpu_time_last > 0
                        GROUP BY at ORDER BY at LIMIT :most
                        """.formatted(window.table()))
                .param("jail", jail.id().value())
                .param("customer", jail.customer().value())
                .param("from", Timestamp.from(window.from()))
                .param("to", Timestamp.from(window.to()))
                .param("step", window.step().toSeconds())
                .param("most", MAX_MARKERS)
                .query((row, _) -> new Marker(row.getTimestamp("at").toInstant(), Kind.STARTED, row.getLong("starts")))
                .list();
    }

    private List<Marker> changes(JailView jail, MetricWindow window) {
        return audit
                .changesOfJail(jail.id().toString(), jail.customer().value(), window.from(), window.to(), MAX_MARKERS)
                .stream()
                .map(at -> new Marker(at, Kind.CHANGED, 1))
                .toList();
    }
}
