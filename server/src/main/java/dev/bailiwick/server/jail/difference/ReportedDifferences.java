package dev.bailiwick.server.jail.difference;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.Difference;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import io.github.bucket4j.Bucket;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.modulith.NamedInterface;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Stores the differences that hosts report: jails about which a host does not follow the server. */
@Service
@NamedInterface("difference")
public class ReportedDifferences {

    /** The maximum number of differences that are stored for one host. No host has so many jails. */
    static final int MAX_DIFFERENCES = 10_000;

    /** How many audit events in a row a host can cause. Events are kept for ever, and a host may report differences all day. */
    static final int AUDITED = 10;

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Audit audit;
    private final Clock clock;

    /** One rate limit for each host. Operators create hosts, so their number is bounded. */
    private final Map<HostId, Bucket> audits = new ConcurrentHashMap<>();

    ReportedDifferences(JdbcClient jdbc, JsonMapper json, Audit audit, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Stores a part of a host's list of differences. Ignores jails of other hosts, and differences that have been decided since.
     *
     * @param listing the id of the list, which all its parts have in common
     * @param ends whether this part is the last one; then differences that are not in this list are deleted
     */
    @Transactional
    public void take(HostId host, UUID listing, List<Difference> part, boolean ends) {
        String rows = json.writeValueAsString(part.stream().map(Row::of).toList());
        long news = part.isEmpty() ? 0 : store(host, listing, rows, part.size());
        if (ends) {
            // A jail that an operator has decided to remove keeps its addresses until the host reports it removed.
            jdbc.sql("""
                            DELETE FROM host_difference WHERE host_id = ? AND listing IS NOT NULL AND listing <> ?
                            AND choice IS DISTINCT FROM 'remove'
                            """).params(host.value(), listing).update();
        }
        if (news > 0 && audits(host).tryConsume(1)) {
            audit.record("host:" + host, Subject.of("host", host), new DifferenceEvent.Reported(news));
        }
        notifyOf(host);
    }

    private Bucket audits(HostId host) {
        return audits.computeIfAbsent(
                host,
                _ -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(AUDITED).refillGreedy(1, Duration.ofMinutes(1)))
                        .build());
    }

    private long store(HostId host, UUID listing, String rows, int part) {
        int room = room(host);
        long news = jdbc.sql("""
                        WITH stored AS (
                            INSERT INTO host_difference AS d (host_id, jail_id, kind, generation, above, has, listing, seen_at)
                            SELECT :host, r.jail, r.kind, r.generation, r.above, decode(r.has, 'base64'), :listing, :now
                            FROM jsonb_to_recordset(:rows::jsonb)
                                AS r(jail uuid, kind text, generation bigint, above bigint, has text)
                            LEFT JOIN jail j ON j.id = r.jail
                            WHERE CASE r.kind WHEN 'unknown' THEN j.id IS NULL
                                ELSE j.host_id = :host AND j.generation <= r.above AND j.retired_at IS NULL END
                            AND (:room >= :part
                                OR EXISTS (SELECT FROM host_difference h WHERE h.host_id = :host AND h.jail_id = r.jail))
                            ON CONFLICT (host_id, jail_id) DO UPDATE SET kind = excluded.kind, generation = excluded.generation,
                                above = excluded.above, has = excluded.has, listing = excluded.listing,
                                choice = CASE WHEN d.kind = excluded.kind AND d.generation = excluded.generation THEN d.choice END
                            RETURNING xmax = 0 AS fresh)
                        SELECT count(*) FILTER (WHERE fresh) FROM stored
                        """)
                .param("host", host.value())
                .param("listing", listing)
                .param("rows", rows)
                .param("now", Timestamp.from(clock.instant()))
                .param("room", room)
                .param("part", part)
                .query(Long.class)
                .single();
        jdbc.sql("""
                        INSERT INTO jail_address (address, held_host, held_jail, pool_id, pool_range)
                        SELECT DISTINCT ON (a.address) a.address::inet, d.host_id, d.jail_id, p.id, p.range
                        FROM jsonb_to_recordset(:rows::jsonb) AS r(jail uuid, addresses jsonb)
                        JOIN host_difference d ON d.host_id = :host AND d.jail_id = r.jail AND d.listing = :listing
                        CROSS JOIN LATERAL jsonb_array_elements_text(r.addresses) AS a(address)
                        JOIN address_pool p ON p.range >>= a.address::inet AND (p.host_id IS NULL OR p.host_id = :host)
                        ORDER BY a.address ON CONFLICT (address) DO NOTHING
                        """)
                .param("host", host.value())
                .param("listing", listing)
                .param("rows", rows)
                .update();
        return news;
    }

    /** Returns how many more differences of this host may be stored. */
    private int room(HostId host) {
        return MAX_DIFFERENCES
                - jdbc.sql("SELECT count(*) FROM host_difference WHERE host_id = ?")
                        .param(host.value())
                        .query(Integer.class)
                        .single();
    }

    /** Stores a difference for each report about a jail of which neither the server nor the host has a definition. */
    public void strangers(HostId host, Collection<Report> reports) {
        String[] ids = reports.stream()
                .filter(report ->
                        report.conditions().stream().map(Condition::reason).anyMatch(Condition.UNKNOWN_JAIL::equals))
                .map(report -> report.jail().toString())
                .toArray(String[]::new);
        if (ids.length == 0) {
            return;
        }
        jdbc.sql("""
                        WITH stored AS (
                            INSERT INTO host_difference (host_id, jail_id, kind, generation, above, seen_at)
                            SELECT ?, s.id, 'unknown', 0, 0, ? FROM unnest(?::uuid[]) AS s(id)
                            WHERE NOT EXISTS (SELECT FROM jail j WHERE j.id = s.id)
                            LIMIT ? ON CONFLICT DO NOTHING RETURNING host_id)
                        SELECT notify_together('host_seen', array_agg(host_id::text)) FROM stored HAVING count(*) > 0
                        """)
                .params(host.value(), Timestamp.from(clock.instant()), ids, Math.max(0, room(host)))
                .query((row, number) -> number)
                .list();
    }

    /** Notifies listeners that the differences of this host have changed. */
    void notifyOf(HostId host) {
        jdbc.sql("SELECT notify_after_commit('host_seen', ?)")
                .param(host.toString())
                .query((row, number) -> number)
                .list();
    }

    /** A difference as it is stored in the database. */
    private record Row(String jail, String kind, long generation, long above, String has, List<String> addresses) {

        static Row of(Difference difference) {
            DesiredJail has = difference.has();
            byte[] bytes = switch (has) {
                case DesiredJail.Present kept -> Wire.toWire(kept).toByteArray();
                case DesiredJail.Removed removed -> Wire.toWire(removed).toByteArray();
            };
            List<String> addresses = has instanceof DesiredJail.Present kept
                    ? kept.definition().addresses().all().stream()
                            .map(IpAddress::toString)
                            .toList()
                    : List.of();
            return new Row(
                    has.id().toString(),
                    difference.hold().kind().text(),
                    has.generation(),
                    Math.max(difference.hold().above(), has.generation()),
                    Base64.getEncoder().encodeToString(bytes),
                    addresses);
        }
    }
}
