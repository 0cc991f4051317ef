package dev.bailiwick.server.jail.difference;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.Desired;
import dev.bailiwick.jail.desired.Desired.FilesFate;
import dev.bailiwick.jail.desired.Difference;
import dev.bailiwick.jail.desired.Held;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.Intent;
import dev.bailiwick.protocol.v1.Removal;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.Intents;
import dev.bailiwick.server.jail.intent.JailAction;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.view.JailList;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.InvalidRequest;
import io.github.bucket4j.Bucket;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.modulith.NamedInterface;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/**
 * The jails about which a host does not follow the server, as the host lists them, and how an operator ends each by name. As long
 * as there is one, its addresses are not given out, and the jail's definition is not changed otherwise.
 */
@Service
@NamedInterface("difference")
public class Differences {

    /** For one host, whatever it reports: more than any host has jails. */
    static final int MAX_DIFFERENCES = 10_000;

    /** So often in a row a host is recorded to differ: what is recorded stays for ever, and a host may say so all day. */
    static final int AUDITED = 10;

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Intents intents;
    private final JailList list;
    private final Audit audit;
    private final Clock clock;
    /** No more than there are hosts, which operators make. */
    private final Map<HostId, Bucket> audits = new ConcurrentHashMap<>();

    Differences(JdbcClient jdbc, JsonMapper json, Intents intents, JailList list, Audit audit, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.intents = intents;
        this.list = list;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Keeps a part of what a host lists. What is about a jail of another host is left out, and so is what has been decided since.
     *
     * @param ends whether this is all: then what is not in this listing is no difference any more
     */
    @Transactional
    public void take(HostId host, UUID listing, List<Difference> part, boolean ends) {
        String rows = json.writeValueAsString(part.stream().map(Row::of).toList());
        long news = part.isEmpty() ? 0 : store(host, listing, rows, part.size());
        if (ends) {
            // One that is to be removed holds its addresses until the host says that it is.
            jdbc.sql("""
                            DELETE FROM host_difference WHERE host_id = ? AND listing IS NOT NULL AND listing <> ?
                            AND choice IS DISTINCT FROM 'remove'
                            """).params(host.value(), listing).update();
        }
        if (news > 0 && audits(host).tryConsume(1)) {
            audit.record("host:" + host, Subject.of("host", host), new DifferenceEvent.Reported(news));
        }
        seen(host);
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

    /** How many a host may have beside those that are known. */
    private int room(HostId host) {
        return MAX_DIFFERENCES
                - jdbc.sql("SELECT count(*) FROM host_difference WHERE host_id = ?")
                        .param(host.value())
                        .query(Integer.class)
                        .single();
    }

    /** A difference on its way into the database. */
    private record Row(String jail, String kind, long generation, long above, String has, List<String> addresses) {

        static Row of(Difference difference) {
            Desired has = difference.has();
            byte[] bytes = switch (has) {
                case Desired.Kept kept -> Wire.toWire(kept).toByteArray();
                case Desired.Removed removed -> Wire.toWire(removed).toByteArray();
            };
            List<String> addresses = has instanceof Desired.Kept kept
                    ? kept.definition().addresses().all().stream()
                            .map(IpAddress::toString)
                            .toList()
                    : List.of();
            return new Row(
                    has.id().toString(),
                    difference.held().kind().text(),
                    has.generation(),
                    Math.max(difference.held().above(), has.generation()),
                    Base64.getEncoder().encodeToString(bytes),
                    addresses);
        }
    }

    /** Keeps those of these reports that are about jails of which the host has no definition either. */
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

    /** By jail. */
    List<HostsVersion> list(Caller caller, HostId host) {
        caller.require(Scope.HOSTS_READ);
        return jdbc.sql("SELECT * FROM host_difference WHERE host_id = ? ORDER BY jail_id")
                .param(host.value())
                .query((row, number) -> version(row))
                .list();
    }

    /**
     * Ends a difference, or notes that it is to stay.
     *
     * @param customer whose the jail is to be; empty for the one that the host has it of
     * @throws DifferenceNotFound if there is none
     * @throws InvalidRequest if it cannot be ended so
     */
    @Transactional
    public void decide(Caller caller, HostId host, JailId jail, Choice choice, Optional<CustomerId> customer) {
        caller.require(Scope.HOSTS_WRITE);
        Jails.requireOperator(caller);
        lock(host);
        HostsVersion version = jdbc.sql("SELECT * FROM host_difference WHERE host_id = ? AND jail_id = ?")
                .params(host.value(), jail.value())
                .query((row, number) -> version(row))
                .optional()
                .orElseThrow(() -> new DifferenceNotFound(jail));
        if (!Choice.of(version).contains(choice)) {
            throw new InvalidRequest(
                    "/choice",
                    Choice.of(version).stream()
                            .map(one -> "'" + one.text() + "'")
                            .collect(Collectors.joining(" or ", "must be ", " here")));
        }
        if (customer.isPresent() && (choice != Choice.ADOPT || version.kind() != Held.Kind.UNKNOWN)) {
            throw new InvalidRequest("/customer", "can be given only to adopt a jail that the server does not know");
        }
        audit.record(
                caller.actor(),
                Subject.of("host", host),
                new DifferenceEvent.Decided(jail.toString(), version.kind().text(), choice.text()));
        if (choice == Choice.KEEP || (version.kind() == Held.Kind.UNKNOWN && choice == Choice.REMOVE)) {
            note(host, jail, choice);
        } else if (version.kind() == Held.Kind.UNKNOWN) {
            intents.adopt(caller, host, kept(version), customer);
            end(host, jail);
        } else {
            end(caller, host, version, choice);
        }
        seen(host);
    }

    private void end(Caller caller, HostId host, HostsVersion version, Choice choice) {
        JailId jail = version.jail();
        intents.raise(host, jail, version.above());
        end(host, jail);
        JailView before = list.find(jail).orElseThrow(() -> new JailNotFound(jail));
        JailDefinition definition = before.definition();
        switch (choice) {
            case REMOVE -> intents.act(caller, before, new JailAction.Remove(FilesFate.KEPT));
            case ADOPT -> intents.redefine(caller, before, kept(version).definition(), PreviousFiles.MOVED);
            case RESTORE, KEEP -> intents.redefine(caller, before, definition, PreviousFiles.MOVED);
        }
    }

    private static Desired.Kept kept(HostsVersion version) {
        if (version.has().orElse(null) instanceof Desired.Kept kept) {
            return kept;
        }
        throw new InvalidRequest("/choice", "cannot be 'adopt': the host has no definition of this jail");
    }

    private void note(HostId host, JailId jail, Choice choice) {
        jdbc.sql("""
                        UPDATE host_difference SET choice = ? WHERE host_id = ? AND jail_id = ?
                        RETURNING notify_after_commit('host_changed', host_id::text)
                        """)
                .params(choice.text(), host.value(), jail.value())
                .query((row, number) -> number)
                .list();
    }

    private void end(HostId host, JailId jail) {
        jdbc.sql("DELETE FROM host_difference WHERE host_id = ? AND jail_id = ?")
                .params(host.value(), jail.value())
                .update();
    }

    /** The host's row first, as everyone does who changes what is wanted of it. */
    private void lock(HostId host) {
        var _ = jdbc.sql("SELECT id FROM host WHERE id = ? AND retired_at IS NULL FOR NO KEY UPDATE")
                .param(host.value())
                .query((row, number) -> number)
                .optional()
                .orElseThrow(() -> new HostNotFound(host));
    }

    private void seen(HostId host) {
        jdbc.sql("SELECT notify_after_commit('host_seen', ?)")
                .param(host.toString())
                .query((row, number) -> number)
                .list();
    }

    private static HostsVersion version(ResultSet row) throws SQLException {
        Held.Kind kind = Held.Kind.parse(row.getString("kind"));
        @Nullable String choice = row.getString("choice");
        return new HostsVersion(
                new JailId(row.getObject("jail_id", UUID.class)),
                kind,
                row.getLong("generation"),
                row.getLong("above"),
                Optional.ofNullable(has(kind, row.getBytes("has"))),
                Optional.ofNullable(choice).flatMap(Choice::of),
                row.getTimestamp("seen_at").toInstant());
    }

    private static @Nullable Desired has(Held.Kind kind, byte @Nullable [] stored) {
        if (stored == null) {
            return null;
        }
        try {
            return kind == Held.Kind.REMOVED
                    ? Wire.fromWire(Removal.parseFrom(stored))
                    : Wire.fromWire(Intent.parseFrom(stored));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("A difference is stored that cannot be read", e);
        }
    }
}
