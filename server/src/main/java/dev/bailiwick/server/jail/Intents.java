package dev.bailiwick.server.jail;

import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.Desired.FilesFate;
import dev.bailiwick.jail.InvalidValue;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.PreviousFiles;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.host.Doorbell;
import dev.bailiwick.server.host.HostId;
import dev.bailiwick.server.host.Ring;
import dev.bailiwick.server.network.Addresses;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes what is wanted. Each method is one transaction: the jail gets a new generation, its host a new revision that the jail is
 * stamped with, and the audit an event; on commit the doorbells ring.
 *
 * <p>INVARIANT: the host's row is locked first, by the bump of its revision. So a host's revisions become visible in their order,
 * and whoever has seen one has seen all before it.
 */
@Service
class Intents {

    /** Whether removed jails left files at the path, above or below it, which are not for the adopter: see {@link FileKeeping}. */
    private static final String KEPT_THERE = """
            (EXISTS (SELECT FROM kept_files k WHERE k.host_id = :host AND k.path = ANY (:atOrAbove)
                AND NOT (k.path = :path AND coalesce(k.customer_id = :adopter::uuid, false)))
            OR EXISTS (SELECT FROM kept_files k WHERE k.host_id = :host AND k.path > :path || '/' AND k.path < :path || '0'))
            """;

    /** Whether another jail's path is the same, above or below: two questions, for each is a part of the index of paths. */
    private static final String OVERLAPS = """
            (EXISTS (SELECT FROM jail other WHERE other.host_id = :host AND other.id <> :id
                AND other.path = ANY (:atOrAbove))
            OR EXISTS (SELECT FROM jail other WHERE other.host_id = :host AND other.id <> :id
                AND other.path > :path || '/' AND other.path < :path || '0')
            OR
            """ + KEPT_THERE + ")\n";

    /** Notifies about the jail that a statement changes, once it is committed. */
    private static final String RINGING = " RETURNING notify_after_commit('host_changed', host_id || ' ' || revision),"
            + " notify_after_commit('jail_changed', id::text)";

    /** Stores the overrides of the one jail in {@code stored}. */
    private static final String INSERT_OVERRIDES = """
            INSERT INTO policy_override (jail_id, position, call, decision, reason, set_by, until)
            SELECT stored.id, row_number() OVER () - 1, o.call, o.decision, o.reason, o."setBy", o.until
            FROM stored, jsonb_to_recordset(:overrides::jsonb)
                AS o(call text, decision text, reason text, "setBy" text, until timestamptz)
            """;

    /** Holds where no operator has yet to choose between the jail that a statement changes and what its host has. */
    private static final String AGREED =
            " AND NOT EXISTS (SELECT FROM host_difference d WHERE d.host_id = jail.host_id AND d.jail_id = jail.id)";

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Addresses addresses;
    private final Audit audit;
    private final Doorbell doorbell;
    private final Clock clock;

    Intents(JdbcClient jdbc, JsonMapper json, Addresses addresses, Audit audit, Doorbell doorbell, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.addresses = addresses;
        this.audit = audit;
        this.doorbell = doorbell;
        this.clock = clock;
    }

    /** Stores the first generation of a jail. Chooses its addresses unless it brings some; those of the definition do not count. */
    @Transactional
    void define(Caller caller, JailId id, NewJail jail, HostId host, JailDefinition definition, AddressChoice choice) {
        insert(jail.customer(), id, 1, jail.externalId(), host, definition);
        switch (choice) {
            case AddressChoice.Automatic() -> addresses.choose(id, host);
            case AddressChoice.Named(IpAddresses named) -> addresses.take(id, host, named);
        }
        record(
                caller,
                id,
                jail.customer(),
                new JailEvent.Created(definition.name().value(), 1, host.toString()));
    }

    private void insert(
            CustomerId customer,
            JailId id,
            long generation,
            Optional<String> externalId,
            HostId host,
            JailDefinition definition) {
        long revision = bump(host);
        int stored = refusing(
                definition,
                () -> rung(bindPath(
                                bind(jdbc.sql("""
                                WITH stored AS (
                                    INSERT INTO jail (id, customer_id, host_id, name, external_id, generation, revision,
                                        hostname, path, base, profile, command, environment, memory_bytes, processes,
                                        cpu_millis, wanted, incarnation, created_at, updated_at, request_micros, stored_at)
                                    SELECT :id, c.id, :host, :name, :externalId, :generation, :revision, :hostname, :path, :base,
                                        :profile, :command::jsonb, :environment::jsonb, :memory, :processes, :cpu, :wanted,
                                        :incarnation, :now, :now, :request, clock_timestamp()
                                    FROM customer c WHERE c.id = :customer AND c.retired_at IS NULL AND NOT
                                """ + OVERLAPS + RINGING + """
                                    , id),
                                overridden AS (
                                """ + INSERT_OVERRIDES + """
                                ) SELECT id FROM stored
                                """), definition),
                                host,
                                id,
                                definition.path(),
                                Optional.of(customer))
                        .param("overrides", overrides(definition))
                        .param("customer", customer.value())
                        .param("externalId", externalId.orElse(null), Types.VARCHAR)
                        .param("generation", generation)
                        .param("revision", revision)));
        if (stored == 0) {
            refuseOverlap(host, id, definition.path(), Optional.of(customer));
            throw new InvalidRequest("/customer", "is not a customer");
        }
    }

    /**
     * Takes over a jail that a host has and nothing here names, with the addresses that are held for it.
     *
     * @param customer whose it is to be; empty for the one that the host has it of
     */
    @Transactional
    void adopt(Caller caller, HostId host, Desired.Kept jail, Optional<CustomerId> customer) {
        JailId id = jail.id();
        JailDefinition definition = jail.definition();
        CustomerId owner = customer.orElseGet(() -> owner(jail));
        long generation = jail.generation() + 1;
        insert(owner, id, generation, Optional.empty(), host, definition);
        takeHeldAddresses(host, id, generation);
        addresses.take(id, host, definition.addresses());
        record(caller, id, owner, new JailEvent.Adopted(definition.name().value(), generation, host.toString()));
    }

    private static CustomerId owner(Desired.Kept jail) {
        try {
            return CustomerId.parse(jail.owner());
        } catch (InvalidValue e) {
            throw new InvalidRequest("/customer", "is required: the host does not know whose the jail is");
        }
    }

    /** Has a jail's next generation be above this one, which its host has, and gives it the addresses that are held for it. */
    @Transactional(propagation = Propagation.MANDATORY)
    void raise(HostId host, JailId id, long generation) {
        jdbc.sql("UPDATE jail SET generation = greatest(generation, ?) WHERE id = ? AND host_id = ?")
                .params(generation, id.value(), host.value())
                .update();
        takeHeldAddresses(host, id, generation + 1);
    }

    /** They leave the jail with this generation unless that has them. */
    private void takeHeldAddresses(HostId host, JailId id, long generation) {
        jdbc.sql("""
                        UPDATE jail_address SET jail_id = held_jail, held_host = NULL, held_jail = NULL, leaves_with = ?
                        WHERE held_host = ? AND held_jail = ?
                        """).params(generation, host.value(), id.value()).update();
    }

    /**
     * @param previous what becomes of files that the jail has at another path; the choice of the definition that changed the path last
     *     counts
     * @throws GenerationConflict if the jail has another generation by now
     */
    @Transactional
    void redefine(Caller caller, JailView before, long expected, JailDefinition definition, PreviousFiles previous) {
        JailId id = before.id();
        long revision = bump(before.host());
        if (!definition.path().equals(before.definition().path())) {
            refuseOverlap(before.host(), id, definition.path(), Optional.empty());
        }
        int stored = refusing(
                definition,
                () -> rung(bind(jdbc.sql("""
                                UPDATE jail SET name = :name, generation = generation + 1, revision = :revision,
                                    hostname = :hostname, path = :path, base = :base, profile = :profile,
                                    command = :command::jsonb, environment = :environment::jsonb, memory_bytes = :memory,
                                    processes = :processes, cpu_millis = :cpu, wanted = :wanted, incarnation = :incarnation,
                                    updated_at = :now, request_micros = :request, stored_at = clock_timestamp(),
                                    previous_files = CASE WHEN path = :path THEN previous_files ELSE :previous END
                                WHERE id = :id AND generation = :expected AND retired_at IS NULL
                                """ + AGREED + RINGING), definition)
                        .param("previous", previous.text())
                        .param("id", id.value())
                        .param("expected", expected)
                        .param("revision", revision)));
        refuseUnlessStored(stored, id, expected);
        if (!definition.policy().equals(before.definition().policy())) {
            jdbc.sql("DELETE FROM policy_override WHERE jail_id = ?")
                    .param(id.value())
                    .update();
            insertOverrides(id, definition);
        }
        if (!definition.addresses().equals(before.definition().addresses())) {
            addresses.leave(id, definition.addresses(), expected + 1);
            addresses.take(id, before.host(), definition.addresses());
        }
        record(caller, id, before.customer(), new JailEvent.Changed(expected + 1));
    }

    /**
     * Makes the jail another customer's, with all its files on its host.
     *
     * @throws InvalidRequest if there is no such customer
     * @throws JailAlreadyExists if that customer has a jail of the same name or external id
     */
    @Transactional
    void move(Caller caller, JailView before, CustomerId customer) {
        JailId id = before.id();
        if (jdbc.sql("SELECT FROM customer WHERE id = ? AND retired_at IS NULL FOR SHARE")
                .param(customer.value())
                .query((row, number) -> number)
                .optional()
                .isEmpty()) {
            throw new InvalidRequest("/customer", "is not a customer");
        }
        long revision = bump(before.host());
        int stored = refusing(
                before.definition(),
                () -> rung(jdbc.sql("""
                                UPDATE jail SET customer_id = :customer, generation = generation + 1, revision = :revision,
                                    updated_at = :now, request_micros = :request, stored_at = clock_timestamp()
                                WHERE id = :id AND generation = :expected AND retired_at IS NULL
                                """ + AGREED + RINGING)
                        .param("customer", customer.value())
                        .param("revision", revision)
                        .param("now", Timestamp.from(clock.instant()))
                        .param("request", Arrival.microsAgo())
                        .param("id", id.value())
                        .param("expected", before.generation())));
        refuseUnlessStored(stored, id, before.generation());
        jdbc.sql("UPDATE kept_files SET customer_id = ? WHERE jail_id = ?")
                .params(customer.value(), id.value())
                .update();
        String name = before.definition().name().value();
        long generation = before.generation() + 1;
        // An event for each of the two: neither customer learns of the other.
        record(caller, id, before.customer(), new JailEvent.MovedAway(name, generation));
        record(caller, id, customer, new JailEvent.Moved(name, generation));
    }

    /** Has a jail run or stop, and changes nothing else. */
    @Transactional
    void want(Caller caller, JailView before, WantedState wanted) {
        long generation = before.generation() + 1;
        changeWanted(
                caller,
                before,
                wanted,
                "wanted = :wanted",
                switch (wanted) {
                    case RUNNING -> new JailEvent.Started(generation);
                    case STOPPED -> new JailEvent.Stopped(generation);
                });
    }

    /** Has a jail run as another incarnation: its host stops it if it runs, and starts it, even while the server is away. */
    @Transactional
    void restart(Caller caller, JailView before) {
        changeWanted(
                caller,
                before,
                WantedState.RUNNING,
                "wanted = :wanted, incarnation = incarnation + 1",
                new JailEvent.Restarted(before.generation() + 1));
    }

    /** Leaves a tombstone for the host to find; nothing at all where the host has never been there. */
    @Transactional
    void retire(Caller caller, JailView before, FilesFate files) {
        JailId id = before.id();
        long revision = bump(before.host());
        int stored = rung(jdbc.sql("""
                        UPDATE jail SET retired_at = :now, files_fate = :fate, generation = generation + 1,
                            revision = :revision, updated_at = :now
                        WHERE id = :id AND generation = :expected AND retired_at IS NULL
                        """ + RINGING)
                .param("now", Timestamp.from(clock.instant()))
                .param("fate", files.name().toLowerCase(Locale.ROOT))
                .param("revision", revision)
                .param("id", id.value())
                .param("expected", before.generation()));
        refuseUnlessStored(stored, id, before.generation());
        int forgotten = rung(jdbc.sql("""
                        DELETE FROM jail WHERE id = :id
                        AND NOT EXISTS (SELECT FROM host_connection WHERE host_id = :host)
                        RETURNING notify_after_commit('jail_reported', id::text)
                        """)
                .param("id", id.value())
                .param("host", before.host().value()));
        if (forgotten > 0) {
            // A host that connects at this very moment and has seen the jail gets a snapshot next, without it.
            jdbc.sql("UPDATE host SET pruned_revision = revision WHERE id = ?")
                    .param(before.host().value())
                    .update();
        }
        record(
                caller,
                id,
                before.customer(),
                new JailEvent.Retired(
                        before.definition().name().value(),
                        before.generation() + 1,
                        files.name().toLowerCase(Locale.ROOT)));
    }

    private void changeWanted(Caller caller, JailView before, WantedState wanted, String change, JailEvent event) {
        long revision = bump(before.host());
        int stored = rung(jdbc.sql("UPDATE jail SET " + change + """
                        , generation = generation + 1, revision = :revision, updated_at = :now,
                            request_micros = :request, stored_at = clock_timestamp()
                        WHERE id = :id AND generation = :expected AND retired_at IS NULL
                        """ + AGREED + RINGING)
                .param("wanted", wanted.text())
                .param("request", Arrival.microsAgo())
                .param("revision", revision)
                .param("now", Timestamp.from(clock.instant()))
                .param("id", before.id().value())
                .param("expected", before.generation()));
        refuseUnlessStored(stored, before.id(), before.generation());
        record(caller, before.id(), before.customer(), event);
    }

    /** The host's row is locked from here on. */
    long bump(HostId host) {
        long revision = jdbc.sql(
                        "UPDATE host SET revision = revision + 1 WHERE id = ? AND retired_at IS NULL RETURNING revision")
                .param(host.value())
                .query(Long.class)
                .optional()
                .orElseThrow(() -> new InvalidRequest("/host", "is not a host"));
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                doorbell.ringHere(new Ring.HostChanged(host, revision));
            }
        });
        return revision;
    }

    /** How many jails a statement that rings has changed. */
    private static int rung(StatementSpec statement) {
        return statement.query((row, number) -> number).list().size();
    }

    private void record(Caller caller, JailId jail, CustomerId customer, JailEvent event) {
        audit.record(caller.actor(), Subject.of("jail", jail).visibleTo(customer.value()), event);
    }

    private StatementSpec bind(StatementSpec statement, JailDefinition definition) {
        return statement
                .param("name", definition.name().value())
                .param("hostname", definition.hostname().value())
                .param("path", definition.path().value())
                .param("base", definition.base().text())
                .param("profile", definition.policy().profile().text())
                .param("command", json.writeValueAsString(definition.command().argv()))
                .param(
                        "environment",
                        json.writeValueAsString(definition.command().environment()))
                .param("memory", orNull(definition.limits().memoryBytes()), Types.BIGINT)
                .param("processes", orNull(definition.limits().processes()), Types.INTEGER)
                .param("cpu", orNull(definition.limits().cpuMillis()), Types.INTEGER)
                .param("wanted", definition.wanted().text())
                .param("incarnation", definition.incarnation())
                .param("request", Arrival.microsAgo())
                .param("now", Timestamp.from(clock.instant()));
    }

    private void insertOverrides(JailId jail, JailDefinition definition) {
        jdbc.sql("WITH stored AS (SELECT id FROM jail WHERE id = :jail) " + INSERT_OVERRIDES)
                .param("jail", jail.value())
                .param("overrides", overrides(definition))
                .update();
    }

    private String overrides(JailDefinition definition) {
        return json.writeValueAsString(
                definition.policy().overrides().stream().map(StoredOverride::of).toList());
    }

    /** A jail whose files lie within another's could be taken apart by that other. */
    private void refuseOverlap(HostId host, JailId jail, RootPath path, Optional<CustomerId> adopter) {
        if (isTrue(bindPath(jdbc.sql("SELECT " + KEPT_THERE), host, jail, path, adopter))) {
            throw new PathHoldsFiles(path);
        }
        if (isTrue(bindPath(jdbc.sql("SELECT " + OVERLAPS), host, jail, path, adopter))) {
            throw JailAlreadyExists.atPath(path.value());
        }
    }

    private static boolean isTrue(StatementSpec question) {
        return question.query(Boolean.class).single();
    }

    private static StatementSpec bindPath(
            StatementSpec statement, HostId host, JailId jail, RootPath path, Optional<CustomerId> adopter) {
        return statement
                .param("adopter", adopter.map(CustomerId::value).orElse(null), Types.OTHER)
                .param("host", host.value())
                .param("id", jail.value())
                .param("atOrAbove", PathsInUse.atOrAbove(path.value()).toArray(String[]::new))
                .param("path", path.value());
    }

    private void refuseUnlessStored(int stored, JailId id, long expected) {
        if (stored > 0) {
            return;
        }
        record Found(long generation, boolean retired) {}
        Optional<Found> found = jdbc.sql("SELECT generation, retired_at IS NOT NULL AS retired FROM jail WHERE id = ?")
                .param(id.value())
                .query((row, number) -> new Found(row.getLong("generation"), row.getBoolean("retired")))
                .optional();
        if (found.isEmpty()) {
            throw new JailNotFound(id);
        }
        if (found.get().retired) {
            throw new JailRetired(id);
        }
        if (found.get().generation == expected) {
            throw new JailDiffersOnHost(id);
        }
        throw new GenerationConflict(expected, found.get().generation);
    }

    private static int refusing(JailDefinition definition, IntSupplier statement) {
        try {
            return statement.getAsInt();
        } catch (DataIntegrityViolationException e) {
            throw switch (constraint(e)) {
                case "jail_name" -> JailAlreadyExists.withName(definition.name().value());
                case "jail_external_id" -> JailAlreadyExists.withExternalId();
                case "jail_path" -> JailAlreadyExists.atPath(definition.path().value());
                default -> e;
            };
        }
    }

    private static String constraint(DataIntegrityViolationException violation) {
        if (violation.getMostSpecificCause() instanceof PSQLException cause
                && cause.getServerErrorMessage() != null
                && cause.getServerErrorMessage().getConstraint() != null) {
            return cause.getServerErrorMessage().getConstraint();
        }
        return "";
    }

    private static @Nullable Long orNull(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    private static @Nullable Integer orNull(OptionalInt value) {
        return value.isPresent() ? value.getAsInt() : null;
    }
}
