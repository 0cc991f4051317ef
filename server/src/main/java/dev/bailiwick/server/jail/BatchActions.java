package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.host.Doorbell;
import dev.bailiwick.server.host.HostId;
import dev.bailiwick.server.host.Ring;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.databind.json.JsonMapper;

/**
 * Starts, stops, restarts and removes many jails in one transaction, with as many statements as for a few.
 *
 * <p>INVARIANT: as in {@link Intents}, hosts' rows are locked first; here in the order of their ids. Whatever is read afterwards of what
 * is wanted of their jails stays so until the commit.
 */
@Service
class BatchActions {

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final JailList list;
    private final Audit audit;
    private final Doorbell doorbell;
    private final ChangeTimings timings;
    private final Clock clock;

    BatchActions(
            JdbcClient jdbc,
            JsonMapper json,
            JailList list,
            Audit audit,
            Doorbell doorbell,
            ChangeTimings timings,
            Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.list = list;
        this.audit = audit;
        this.doorbell = doorbell;
        this.timings = timings;
        this.clock = clock;
    }

    /**
     * What became of the lines.
     *
     * @param generations of the jails that are as the lines ask, whether or not they were before; without those of which nothing is left
     * @param refused by line, why the others are not
     */
    record Result(Map<JailId, Long> generations, SortedMap<Integer, Failure> refused) {}

    /** A jail that is about to change. */
    private record Change(int line, JailView jail, JailAction action) {}

    /** A change as the statement takes it; null is "as it was". */
    private record Row(
            String id,
            long revision,
            @Nullable String wanted,
            int restarts,
            @Nullable String files) {}

    /**
     * Carries out those actions that can be carried out, or none.
     *
     * @throws BatchRefused if the batch is to be carried out as a whole and cannot be
     */
    @Transactional
    Result act(Caller caller, List<BatchLine.Action> lines, BatchMode mode) {
        Map<JailId, JailView> jails = lock(lines);
        Map<JailId, Long> generations = new HashMap<>();
        TreeMap<Integer, Failure> refused = new TreeMap<>();
        Set<JailId> seen = new HashSet<>();
        List<Change> changes = new ArrayList<>();
        for (BatchLine.Action line : lines) {
            try {
                JailView jail = permitted(caller, line, jails.get(line.jail()));
                if (!seen.add(jail.id())) {
                    throw new InvalidRequest("/id", "is on an earlier line too");
                }
                if (isDone(jail, line.action())) {
                    generations.put(jail.id(), jail.generation());
                } else {
                    changes.add(new Change(line.number(), jail, line.action()));
                }
            } catch (Failure why) {
                refused.put(line.number(), why);
            }
        }
        Set<JailId> stored = store(changes);
        for (Change change : changes) {
            if (stored.contains(change.jail.id())) {
                generations.put(change.jail.id(), change.jail.generation() + 1);
                record(caller, change);
            } else {
                refused.put(change.line, new JailDiffersOnHost(change.jail.id()));
            }
        }
        if (mode == BatchMode.WHOLE && !refused.isEmpty()) {
            throw new BatchRefused(refused);
        }
        forget(changes).forEach(generations::remove);
        return new Result(generations, refused);
    }

    private Map<JailId, JailView> lock(List<BatchLine.Action> lines) {
        List<JailId> ids = lines.stream().map(BatchLine.Action::jail).toList();
        jdbc.sql("""
                        SELECT id FROM host WHERE id IN (SELECT host_id FROM jail WHERE id = ANY (:ids::uuid[]))
                        ORDER BY id FOR NO KEY UPDATE
                        """).param("ids", texts(ids)).query((row, number) -> number).list();
        return list.findAll(ids).stream().collect(Collectors.toMap(JailView::id, Function.identity()));
    }

    /** @throws Failure as the request for this one jail would */
    private static JailView permitted(Caller caller, BatchLine.Action line, @Nullable JailView jail) {
        if (jail == null || !caller.sees(jail.customer())) {
            throw new JailNotFound(line.jail());
        }
        boolean removes = line.action() instanceof JailAction.Remove;
        if (removes && caller.role() != Role.OPERATOR) {
            throw new OperatorsOnly();
        }
        if (!removes && jail.retiredAt().isPresent()) {
            throw new JailRetired(jail.id());
        }
        return jail;
    }

    private static boolean isDone(JailView jail, JailAction action) {
        return switch (action) {
            case JailAction.Start() -> jail.definition().wanted() == WantedState.RUNNING && !jail.halted();
            case JailAction.Stop() -> jail.definition().wanted() == WantedState.STOPPED;
            case JailAction.Restart() -> false;
            case JailAction.Remove _ -> jail.retiredAt().isPresent();
        };
    }

    /** @return those that were changed; an operator has yet to choose between the others and what their hosts have */
    private Set<JailId> store(List<Change> changes) {
        if (changes.isEmpty()) {
            return Set.of();
        }
        Map<HostId, Long> revisions =
                bump(changes.stream().map(change -> change.jail.host()).collect(Collectors.toSet()));
        List<Row> rows = changes.stream()
                .map(change -> row(change, revisions.getOrDefault(change.jail.host(), 0L)))
                .toList();
        Set<JailId> stored = new HashSet<>(jdbc.sql("""
                        UPDATE jail j SET generation = j.generation + 1, revision = r.revision, updated_at = :now,
                            wanted = coalesce(r.wanted, j.wanted),
                            incarnation = j.incarnation + r.restarts,
                            retired_at = CASE WHEN r.files IS NOT NULL THEN :now::timestamptz END, files_fate = coalesce(r.files, j.files_fate)
                        FROM jsonb_to_recordset(:rows::jsonb)
                            AS r(id uuid, revision bigint, wanted text, restarts int, files text)
                        WHERE j.id = r.id AND j.retired_at IS NULL AND (r.files IS NOT NULL OR NOT EXISTS (
                            SELECT FROM host_difference d WHERE d.host_id = j.host_id AND d.jail_id = j.id))
                        RETURNING j.id, notify_after_commit('jail_changed', j.id::text)
                        """)
                .param("rows", json.writeValueAsString(rows))
                .param("now", Timestamp.from(clock.instant()))
                .query((row, number) -> new JailId(row.getObject("id", UUID.class)))
                .list());
        timings.changed(changes.stream()
                .filter(change -> stored.contains(change.jail.id()))
                .map(change -> timing(change, revisions))
                .toList());
        return stored;
    }

    private static ChangeTimings.JailChange timing(Change change, Map<HostId, Long> revisions) {
        JailView jail = change.jail;
        return new ChangeTimings.JailChange(jail.id(), jail.generation() + 1, revisions.getOrDefault(jail.host(), 0L));
    }

    private static Row row(Change change, long revision) {
        String id = change.jail.id().toString();
        return switch (change.action) {
            case JailAction.Start() -> new Row(id, revision, WantedState.RUNNING.text(), 0, null);
            case JailAction.Stop() -> new Row(id, revision, WantedState.STOPPED.text(), 0, null);
            case JailAction.Restart() -> new Row(id, revision, WantedState.RUNNING.text(), 1, null);
            case JailAction.Remove(var files) ->
                new Row(id, revision, null, 0, files.name().toLowerCase(Locale.ROOT));
        };
    }

    private Map<HostId, Long> bump(Set<HostId> hosts) {
        Map<HostId, Long> revisions = new HashMap<>();
        jdbc.sql("""
                        UPDATE host SET revision = revision + 1 WHERE id = ANY (:hosts::uuid[])
                        RETURNING id, revision, notify_after_commit('host_changed', id || ' ' || revision)
                        """).param("hosts", texts(hosts)).query(row -> {
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

    private void record(Caller caller, Change change) {
        String name = change.jail.definition().name().value();
        long generation = change.jail.generation() + 1;
        JailEvent event = switch (change.action) {
            case JailAction.Start() -> new JailEvent.Started(generation);
            case JailAction.Stop() -> new JailEvent.Stopped(generation);
            case JailAction.Restart() -> new JailEvent.Restarted(generation);
            case JailAction.Remove(var files) ->
                new JailEvent.Retired(name, generation, files.name().toLowerCase(Locale.ROOT));
        };
        audit.record(
                caller.actor(),
                Subject.of("jail", change.jail.id())
                        .visibleTo(change.jail.customer().value()),
                event);
    }

    /** A host that has never been there has nothing to remove: see {@link Intents#retire}. */
    private List<JailId> forget(List<Change> changes) {
        List<JailId> removed = changes.stream()
                .filter(change -> change.action instanceof JailAction.Remove)
                .map(change -> change.jail.id())
                .toList();
        if (removed.isEmpty()) {
            return List.of();
        }
        return jdbc.sql("""
                        WITH forgotten AS (
                            DELETE FROM jail j WHERE j.id = ANY (:ids::uuid[]) AND j.retired_at IS NOT NULL
                            AND NOT EXISTS (SELECT FROM host_connection c WHERE c.host_id = j.host_id)
                            RETURNING j.id, j.host_id, notify_after_commit('jail_reported', j.id::text)),
                        pruned AS (
                            UPDATE host h SET pruned_revision = h.revision WHERE h.id IN (SELECT host_id FROM forgotten))
                        SELECT id FROM forgotten
                        """)
                .param("ids", texts(removed))
                .query((row, number) -> new JailId(row.getObject("id", UUID.class)))
                .list();
    }

    private static String[] texts(Collection<?> ids) {
        return ids.stream().map(Object::toString).toArray(String[]::new);
    }
}
