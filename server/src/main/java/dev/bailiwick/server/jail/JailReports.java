package dev.bailiwick.server.jail;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.OomKills;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.jail.report.StepTiming;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.jail.intent.Intents;
import dev.bailiwick.server.jail.timeline.ChangeTimings;
import dev.bailiwick.server.jail.timeline.Delivery;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.notification.Notifications;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.json.JsonMapper;

/** The reports of hosts about their jails. No other class writes the status of a jail. */
@Service
public class JailReports {

    private static final Comparator<Report> BY_AGE =
            Comparator.comparingLong(Report::generation).thenComparing(Report::at);

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final JsonMapper json;
    private final Intents intents;
    private final Notifications notifications;
    private final ChangeTimings timings;
    private final Clock clock;

    JailReports(
            JdbcClient jdbc,
            TransactionOperations transactions,
            JsonMapper json,
            Intents intents,
            Notifications notifications,
            ChangeTimings timings,
            Clock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.json = json;
        this.intents = intents;
        this.notifications = notifications;
        this.timings = timings;
        this.clock = clock;
    }

    /**
     * Stores the reports of a host in one transaction. It ignores a report that is older than the stored status, and a
     * report about a jail of another host. A report about a generation that the server does not know (because the
     * database was restored) counts for the latest generation, since its content is true. A report from the future
     * comes from a host whose clock is wrong, and counts as of now: otherwise all reports after the correction of the
     * clock would be older; kills that it reports are as long ago as it says. Once a retired jail is reported removed, the server frees its addresses and keeps only the
     * owner of the files that the jail left. Processes that the kernel of the host killed for lack of memory are an event
     * in the audit, at most one in five minutes for each jail.
     *
     * <p>Unless there is an event, one statement stores the reports, and the server does not wait until they are on the
     * database's disk. A database that loses them also breaks the connection for notifications. Then sessions end, and
     * hosts report everything again.
     */
    public void apply(HostId host, List<Report> reports) {
        apply(host, reports, List.of());
    }

    /**
     * Does the same as {@link #apply(HostId, List)}, and completes the timelines of changes.
     *
     * @param deliveries the latest deliveries to the host
     */
    public void apply(HostId host, List<Report> reports, List<Delivery> deliveries) {
        Map<JailId, Report> latest = new TreeMap<>();
        for (Report report : reports) {
            latest.merge(report.jail(), report, (a, b) -> BY_AGE.compare(a, b) > 0 ? a : b);
        }
        if (latest.isEmpty()) {
            return;
        }
        String stored = json.writeValueAsString(
                latest.values().stream().map(StoredReport::of).toList());
        List<AppliedReport> applied = latest.values().stream().anyMatch(JailReports::mayHaveEvent)
                ? Objects.requireNonNull(transactions.execute(_ -> recordAndUpsert(host, latest, stored)))
                : upsert(host, stored, Durable.SOON);
        applied.stream().filter(jail -> !jail.hasNewSteps).forEach(jail -> latest.remove(jail.id));
        timings.complete(latest.values().stream().map(JailReports::newSteps).toList(), deliveries);
        applied.forEach(jail -> notifications.publishLocally(new Notification.JailReported(jail.id)));
        timings.storeCompleted();
    }

    /** A jail whose report took effect. */
    private record AppliedReport(
            JailId id, Optional<CustomerId> customer, boolean hasNewSteps, boolean hasNewOomKills) {}

    private static boolean mayHaveEvent(Report report) {
        return report.phase() == Phase.REMOVED || report.oomKills().isPresent();
    }

    /**
     * Returns the steps of a report. Steps of a first start or of a stop belong to a requested change; steps of a start
     * after a crash do not.
     */
    private static ChangeTimings.NewSteps newSteps(Report report) {
        boolean ended = (report.phase() == Phase.RUNNING || report.phase() == Phase.STOPPED) && report.restarts() == 0;
        return new ChangeTimings.NewSteps(report.jail().toString(), report.generation(), ended);
    }

    private List<AppliedReport> recordAndUpsert(HostId host, Map<JailId, Report> reports, String stored) {
        List<AppliedReport> applied = new ArrayList<>(intents.forgetRemoved(host, stored).stream()
                .map(jail -> new AppliedReport(jail, Optional.empty(), false, false))
                .toList());
        for (AppliedReport report : upsert(host, stored, Durable.AT_COMMIT)) {
            if (report.hasNewOomKills) {
                OomKills kills = Objects.requireNonNull(reports.get(report.id))
                        .oomKills()
                        .orElseThrow();
                intents.recordOomKills(host, report.id, report.customer.orElseThrow(), kills);
            }
            applied.add(report);
        }
        return applied;
    }

    /**
     * Returns those of these removed jails that the server does not know, or no longer knows, as jails of this host, and
     * ends the differences about them. The host can then forget their removal.
     */
    public List<JailId> forgotten(HostId host, Collection<JailId> jails) {
        return jdbc.sql("""
                        WITH asked AS (SELECT id FROM unnest(:jails::uuid[]) AS a(id)),
                        ended AS (
                            DELETE FROM host_difference d USING asked
                            WHERE d.host_id = :host AND d.jail_id = asked.id AND d.kind = 'unknown'
                            RETURNING d.host_id),
                        notified AS (SELECT notify_together('host_seen', array_agg(host_id::text)) FROM ended HAVING count(*) > 0)
                        SELECT asked.id, (SELECT count(*) FROM notified) FROM asked
                        WHERE NOT EXISTS (SELECT FROM jail j WHERE j.id = asked.id AND j.host_id = :host)
                        """)
                .param("jails", jails.stream().map(JailId::toString).collect(Collectors.joining(",", "{", "}")))
                .param("host", host.value())
                .query((row, number) -> new JailId(row.getObject("id", UUID.class)))
                .list();
    }

    /**
     * Stores the reports, and frees the addresses that a definition in effect no longer has, since the host no longer
     * uses them.
     *
     * @return the jails of this host whose reports took effect
     */
    private List<AppliedReport> upsert(HostId host, String reports, Durable durable) {
        return jdbc.sql("""
                        WITH reported AS (
                            INSERT INTO jail_status AS s (jail_id, generation, phase, init_pid, restarts, conditions, steps,
                                reported_at, received_at, first_host_id, oom_killed_at)
                            SELECT j.id, least(r.generation, j.generation), r.phase, r."initPid", r.restarts, r.conditions, r.steps,
                                least(r.at, :now), :now, r."firstHostId",
                                CASE WHEN r."oomKilledAt" IS NOT NULL
                                    THEN least(r."oomKilledAt", r.at) - greatest(r.at - :now, interval '0') END
                            FROM jsonb_to_recordset(:reports::jsonb) AS r(jail uuid, generation bigint, phase text,
                                "initPid" int, restarts int, conditions jsonb, steps jsonb, at timestamptz, "firstHostId" bigint,
                                "oomKilledAt" timestamptz)
                            JOIN jail j ON j.id = r.jail
                            WHERE j.host_id = :host
                            ORDER BY j.id
                            ON CONFLICT (jail_id) DO UPDATE SET generation = excluded.generation, phase = excluded.phase,
                                init_pid = excluded.init_pid, restarts = excluded.restarts,
                                conditions = excluded.conditions, steps = excluded.steps,
                                reported_at = excluded.reported_at, first_host_id = excluded.first_host_id,
                                received_at = CASE WHEN excluded.reported_at = s.reported_at THEN s.received_at
                                    ELSE excluded.received_at END,
                                oom_killed_at = CASE
                                    WHEN s.oom_killed_at IS NULL OR excluded.oom_killed_at > s.oom_killed_at + make_interval(mins => :apart)
                                    THEN excluded.oom_killed_at ELSE s.oom_killed_at END
                            WHERE (excluded.generation, excluded.reported_at) >= (s.generation, s.reported_at)
                            RETURNING s.jail_id, coalesce(old.steps, '[]') <> new.steps AS new_steps,
                                old.oom_killed_at IS DISTINCT FROM new.oom_killed_at AS new_oom_kills),
                        released AS (
                            DELETE FROM jail_address a
                            USING jail j, jsonb_to_recordset(:reports::jsonb) AS r(jail uuid, generation bigint, phase text)
                            WHERE a.jail_id = r.jail AND a.leaves_with <= r.generation
                                AND r.phase IN ('running', 'stopped', 'removed')
                                AND j.id = r.jail AND j.host_id = :host AND r.generation <= j.generation)
                        SELECT jail_id, (SELECT customer_id FROM jail j WHERE j.id = jail_id), new_steps, new_oom_kills, (SELECT notify_together('jail_reported', array_agg(jail_id::text)) FROM reported),
                            set_config('synchronous_commit', coalesce(:durable, current_setting('synchronous_commit')), true)
                        FROM reported
                        """)
                .param("durable", durable == Durable.SOON ? "off" : null, Types.VARCHAR)
                .param("reports", reports)
                .param("host", host.value())
                .param("now", Timestamp.from(clock.instant()))
                .param("apart", Bound.KILL_EVENT_MINUTES.value())
                .query((row, number) -> new AppliedReport(
                        new JailId(row.getObject("jail_id", UUID.class)),
                        Optional.of(new CustomerId(row.getObject("customer_id", UUID.class))),
                        row.getBoolean("new_steps"),
                        row.getBoolean("new_oom_kills")))
                .list();
    }

    /** The moment when a change is on the database's disk: within a second, or at the commit. */
    private enum Durable {
        SOON,
        AT_COMMIT
    }

    /** A report, in the form in which the statement takes it. */
    private record StoredReport(
            String jail,
            long generation,
            String phase,
            @Nullable Integer initPid,
            int restarts,
            List<Condition> conditions,
            List<StepTiming> steps,
            Instant at,
            @Nullable Long firstHostId,
            @Nullable Instant oomKilledAt) {

        static StoredReport of(Report report) {
            return new StoredReport(
                    report.jail().toString(),
                    report.generation(),
                    report.phase().text(),
                    report.initPid().isPresent() ? report.initPid().getAsInt() : null,
                    report.restarts(),
                    report.conditions(),
                    report.steps(),
                    report.at(),
                    report.firstHostId().isPresent() ? report.firstHostId().getAsLong() : null,
                    report.oomKills().map(OomKills::at).orElse(null));
        }
    }
}
