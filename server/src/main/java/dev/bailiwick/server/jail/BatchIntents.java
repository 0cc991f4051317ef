package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.host.Doorbell;
import dev.bailiwick.server.host.HostId;
import dev.bailiwick.server.host.Ring;
import dev.bailiwick.server.network.BulkAddresses;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes many first generations as one transaction, with as many statements as for a few.
 *
 * <p>INVARIANT: as in {@link Intents}, hosts' rows are locked first; here in the order of their ids. Batches come one after another,
 * so that no two wait for each other's names.
 */
@Service
class BatchIntents {

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final BulkAddresses addresses;
    private final Audit audit;
    private final Doorbell doorbell;
    private final Clock clock;

    BatchIntents(
            JdbcClient jdbc, JsonMapper json, BulkAddresses addresses, Audit audit, Doorbell doorbell, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.addresses = addresses;
        this.audit = audit;
        this.doorbell = doorbell;
        this.clock = clock;
    }

    /**
     * Stores those jails that can be, or none.
     *
     * @param jails not two that want one thing
     * @return by id, why the others cannot
     * @throws BatchRefused if the batch is to be stored as a whole and cannot
     */
    @Transactional
    Map<JailId, Failure> define(Caller caller, List<PlacedJail> jails, BatchMode mode) {
        queueUp();
        Map<JailId, Failure> refused = new HashMap<>();
        Map<HostId, Long> revisions = bump(jails);
        jails.stream()
                .filter(jail -> !revisions.containsKey(jail.host()))
                .forEach(jail -> refused.put(jail.id(), Sites.noHost()));
        refuseOverlaps(without(jails, refused), refused);
        List<PlacedJail> apart = without(jails, refused);
        Set<JailId> inserted = insert(rows(apart, revisions));
        explain(apart.stream().filter(jail -> !inserted.contains(jail.id())).toList(), refused);
        List<PlacedJail> stored = without(apart, refused);
        insertOverrides(stored);
        Map<JailId, Failure> withoutAddresses =
                addresses.take(stored.stream().map(BatchIntents::wish).toList());
        refused.putAll(withoutAddresses);
        if (mode == BatchMode.WHOLE && !refused.isEmpty()) {
            throw refusal(jails, refused);
        }
        forget(withoutAddresses.keySet());
        without(stored, withoutAddresses).forEach(jail -> record(caller, jail));
        ring(without(stored, withoutAddresses));
        return refused;
    }

    private void queueUp() {
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtext('jail_batch'))")
                .query((row, number) -> number)
                .list();
    }

    /** @return the new revisions of those hosts that there are */
    private Map<HostId, Long> bump(List<PlacedJail> jails) {
        Map<HostId, Long> revisions = new HashMap<>();
        jdbc.sql("""
                        WITH locked AS (
                            SELECT id FROM host WHERE id = ANY (:hosts::uuid[]) AND retired_at IS NULL
                            ORDER BY id FOR NO KEY UPDATE)
                        UPDATE host h SET revision = revision + 1 FROM locked WHERE h.id = locked.id
                        RETURNING h.id, h.revision, notify_after_commit('host_changed', h.id || ' ' || h.revision)
                        """).param("hosts", hosts(jails)).query(row -> {
            revisions.put(new HostId(row.getObject("id", UUID.class)), row.getLong("revision"));
        });
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                revisions.forEach((host, revision) -> doorbell.ringHere(new Ring.HostChanged(host, revision)));
            }
        });
        return revisions;
    }

    private void refuseOverlaps(List<PlacedJail> jails, Map<JailId, Failure> refused) {
        Map<HostId, PathsInUse<JailId>> inUse = new HashMap<>();
        jdbc.sql("SELECT host_id, path, id FROM jail WHERE host_id = ANY (:hosts::uuid[])")
                .param("hosts", hosts(jails))
                .query(row -> {
                    inUse.computeIfAbsent(new HostId(row.getObject("host_id", UUID.class)), _ -> new PathsInUse<>())
                            .add(row.getString("path"), id(row.getObject("id", UUID.class)));
                });
        Map<HostId, PathsInUse<KeptOwner>> kept = kept(jails);
        for (PlacedJail jail : jails) {
            String path = jail.definition().path().value();
            KeptOwner adopter =
                    new KeptOwner(path, Optional.of(jail.jail().customer().value()));
            if (kept.getOrDefault(jail.host(), new PathsInUse<>())
                    .overlapping(path)
                    .filter(owner -> !owner.equals(adopter))
                    .isPresent()) {
                refused.put(jail.id(), new PathHoldsFiles(jail.definition().path()));
            }
            if (inUse.getOrDefault(jail.host(), new PathsInUse<>())
                    .overlapping(path)
                    .isPresent()) {
                refused.put(jail.id(), JailAlreadyExists.atPath(path));
            }
        }
    }

    private record KeptOwner(String path, Optional<UUID> customer) {}

    private Map<HostId, PathsInUse<KeptOwner>> kept(List<PlacedJail> jails) {
        Map<HostId, PathsInUse<KeptOwner>> kept = new HashMap<>();
        jdbc.sql("SELECT host_id, path, customer_id FROM kept_files WHERE host_id = ANY (:hosts::uuid[])")
                .param("hosts", hosts(jails))
                .query(row -> {
                    kept.computeIfAbsent(new HostId(row.getObject("host_id", UUID.class)), _ -> new PathsInUse<>())
                            .add(
                                    row.getString("path"),
                                    new KeptOwner(
                                            row.getString("path"),
                                            Optional.ofNullable(row.getObject("customer_id", UUID.class))));
                });
        return kept;
    }

    /** @return those that were stored; the others are of no customer, or want what another jail has */
    private Set<JailId> insert(List<BatchRow> rows) {
        return new HashSet<>(jdbc.sql("""
                        INSERT INTO jail (id, customer_id, host_id, name, external_id, generation, revision, hostname, path, base,
                            profile, command, environment, memory_bytes, processes, cpu_millis, wanted, created_at, updated_at,
                            request_micros, stored_at)
                        SELECT r.id, c.id, r.host, r.name, r."externalId", 1, r.revision, r.hostname, r.path, r.base, r.profile,
                            r.command, r.environment, r.memory, r.processes, r.cpu, r.wanted, :now, :now, :request,
                            clock_timestamp()
                        FROM jsonb_to_recordset(:rows::jsonb) AS r(id uuid, customer uuid, host uuid, name text,
                            "externalId" text, revision bigint, hostname text, path text, base text, profile text, command jsonb,
                            environment jsonb, memory bigint, processes int, cpu int, wanted text)
                        JOIN customer c ON c.id = r.customer AND c.retired_at IS NULL
                        ON CONFLICT DO NOTHING RETURNING id
                        """)
                .param("rows", json.writeValueAsString(rows))
                .param("now", Timestamp.from(clock.instant()))
                .param("request", Arrival.microsAgo())
                .query((row, number) -> id(row.getObject("id", UUID.class)))
                .list());
    }

    private void explain(List<PlacedJail> jails, Map<JailId, Failure> refused) {
        if (jails.isEmpty()) {
            return;
        }
        Map<JailId, PlacedJail> byId = byId(jails);
        jdbc.sql("""
                        SELECT r.id, EXISTS (SELECT FROM customer c WHERE c.id = r.customer AND c.retired_at IS NULL) AS customer,
                            EXISTS (SELECT FROM jail other WHERE other.customer_id = r.customer AND other.name = r.name
                                AND other.retired_at IS NULL) AS name,
                            EXISTS (SELECT FROM jail other WHERE other.customer_id = r.customer
                                AND other.external_id = r."externalId" AND other.retired_at IS NULL) AS external_id
                        FROM jsonb_to_recordset(:rows::jsonb) AS r(id uuid, customer uuid, name text, "externalId" text)
                        """)
                .param("rows", json.writeValueAsString(rows(jails, Map.of())))
                .query(row -> {
                    PlacedJail jail = byId.get(id(row.getObject("id", UUID.class)));
                    if (jail != null) {
                        refused.put(jail.id(), explanation(row, jail.definition()));
                    }
                });
    }

    private static Failure explanation(ResultSet row, JailDefinition definition) throws SQLException {
        if (!row.getBoolean("customer")) {
            return new InvalidRequest("/customer", "is not a customer");
        }
        if (row.getBoolean("name")) {
            return JailAlreadyExists.withName(definition.name().value());
        }
        return row.getBoolean("external_id")
                ? JailAlreadyExists.withExternalId()
                : JailAlreadyExists.atPath(definition.path().value());
    }

    private void insertOverrides(List<PlacedJail> jails) {
        List<BatchOverrides> overriding = jails.stream()
                .map(BatchOverrides::of)
                .filter(jail -> !jail.overrides().isEmpty())
                .toList();
        if (overriding.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        INSERT INTO policy_override (jail_id, position, call, decision, reason, set_by, until)
                        SELECT r.jail, o.position - 1, o.call, o.decision, o.reason, o."setBy", o.until
                        FROM jsonb_to_recordset(:jails::jsonb) AS r(jail uuid, overrides jsonb),
                            ROWS FROM (jsonb_to_recordset(r.overrides)
                                AS (call text, decision text, reason text, "setBy" text, until timestamptz))
                                WITH ORDINALITY AS o(call, decision, reason, "setBy", until, position)
                        """).param("jails", json.writeValueAsString(overriding)).update();
    }

    private record BatchOverrides(String jail, List<StoredOverride> overrides) {
        static BatchOverrides of(PlacedJail jail) {
            return new BatchOverrides(
                    jail.id().toString(),
                    jail.definition().policy().overrides().stream()
                            .map(StoredOverride::of)
                            .toList());
        }
    }

    private static BulkAddresses.Wish wish(PlacedJail jail) {
        return new BulkAddresses.Wish(
                jail.id(),
                jail.host(),
                Drafts.choosesAddresses(jail.jail().draft())
                        ? Optional.empty()
                        : Optional.of(jail.definition().addresses()));
    }

    /** Nobody has seen them yet. */
    private void forget(Set<JailId> ids) {
        if (!ids.isEmpty()) {
            jdbc.sql("DELETE FROM jail WHERE id = ANY (:ids::uuid[])")
                    .param("ids", texts(ids))
                    .update();
        }
    }

    private void record(Caller caller, PlacedJail jail) {
        audit.record(
                caller.actor(),
                Subject.of("jail", jail.id()).visibleTo(jail.jail().customer().value()),
                new JailEvent.Created(
                        jail.definition().name().value(), 1, jail.host().toString()));
    }

    private void ring(List<PlacedJail> jails) {
        jdbc.sql("SELECT count(notify_after_commit('jail_changed', id)) FROM unnest(:ids::text[]) AS changed(id)")
                .param("ids", texts(jails.stream().map(PlacedJail::id).toList()))
                .query(Long.class)
                .single();
    }

    private static BatchRefused refusal(List<PlacedJail> jails, Map<JailId, Failure> refused) {
        TreeMap<Integer, Failure> byLine = new TreeMap<>();
        for (PlacedJail jail : jails) {
            Failure why = refused.get(jail.id());
            if (why != null) {
                byLine.put(jail.line(), why);
            }
        }
        return new BatchRefused(byLine);
    }

    private static List<BatchRow> rows(List<PlacedJail> jails, Map<HostId, Long> revisions) {
        return jails.stream()
                .map(jail -> BatchRow.of(jail, revisions.getOrDefault(jail.host(), 0L)))
                .toList();
    }

    private static List<PlacedJail> without(List<PlacedJail> jails, Map<JailId, Failure> refused) {
        return jails.stream().filter(jail -> !refused.containsKey(jail.id())).toList();
    }

    private static Map<JailId, PlacedJail> byId(List<PlacedJail> jails) {
        Map<JailId, PlacedJail> byId = new HashMap<>();
        jails.forEach(jail -> byId.put(jail.id(), jail));
        return byId;
    }

    private static String[] hosts(List<PlacedJail> jails) {
        return texts(jails.stream().map(PlacedJail::host).distinct().toList());
    }

    private static JailId id(UUID value) {
        return new JailId(value);
    }

    private static String[] texts(Collection<?> ids) {
        return ids.stream().map(Object::toString).toArray(String[]::new);
    }
}
