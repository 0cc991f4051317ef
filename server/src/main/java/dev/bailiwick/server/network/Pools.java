package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.network.port.Ports;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The address pools. */
@Service
public class Pools {

    /** How many hours an address rests in pools that say nothing else. */
    public static final int DEFAULT_QUARANTINE = 24;

    private static final int MAX_QUARANTINE = 8_760;
    private static final int MAX_DESCRIPTION = 200;
    private static final String SELECT = """
            SELECT p.id, p.range::text AS range, p.host_id, p.egress, p.outgoing_mail, p.description, p.created_at,
                p.quarantine_hours, (SELECT count(*) FROM jail_address a WHERE a.pool_id = p.id) AS taken,
                (SELECT count(*) FROM resting_address r WHERE r.pool_id = p.id
                    AND NOT EXISTS (SELECT FROM jail_address a WHERE a.address = r.address) AND %s) AS resting
            FROM address_pool p
            """.formatted(AddressRows.RESTS);

    private final JdbcClient jdbc;
    private final Audit audit;
    private final Clock clock;
    private final StoredResolvers resolvers;
    private final Ports ports;

    Pools(JdbcClient jdbc, Audit audit, Clock clock, StoredResolvers resolvers, Ports ports) {
        this.jdbc = jdbc;
        this.audit = audit;
        this.clock = clock;
        this.resolvers = resolvers;
        this.ports = ports;
    }

    /** Creates a pool whose addresses rest as long as by default. */
    @Transactional
    public AddressPool define(
            Caller caller, AddressRange range, Optional<HostId> host, Egress egress, String description) {
        return define(caller, range, host, new PoolFields(egress, description, DEFAULT_QUARANTINE));
    }

    /**
     * Creates a pool.
     *
     * @param host the only host whose jails may have these addresses; empty for all hosts
     * @throws PoolOverlaps if another pool has some of these addresses
     * @throws InvalidRequest if the host does not exist, the description is too long or not plain text, or the quarantine is not 0 to
     *     8,760 hours
     */
    @Transactional
    public AddressPool define(Caller caller, AddressRange range, Optional<HostId> host, PoolFields fields) {
        caller.require(Scope.POOLS_WRITE);
        fields.check();
        PoolId id = PoolId.fresh();
        Instant now = clock.instant();
        insert(id, range, host, fields, now);
        notifyHosts();
        Egress egress = fields.egress;
        audit.record(
                caller.actor(),
                Subject.of("pool", id),
                new PoolEvent.Created(
                        range.toString(), egress.way().toString(), egress.outgoingMail(), fields.quarantine));
        return new AddressPool(id, range, host, egress, fields.description, fields.quarantine, 0, 0, now);
    }

    /**
     * What can be changed of a pool.
     *
     * @param egress what jails with its addresses reach beyond their host
     * @param quarantine how many hours an address rests after a jail has released it, 0 to 8,760; also those that rest already
     */
    public record PoolFields(Egress egress, String description, int quarantine) {

        private void check() {
            if (description.length() > MAX_DESCRIPTION) {
                throw new InvalidRequest("/description", "must have at most " + MAX_DESCRIPTION + " characters");
            }
            PlainText.fault(description).ifPresent(fault -> {
                throw new InvalidRequest("/description", fault);
            });
            if (quarantine < 0 || quarantine > MAX_QUARANTINE) {
                throw new InvalidRequest("/quarantine", "must be 0 to " + MAX_QUARANTINE + " hours");
            }
        }
    }

    /**
     * Changes a pool, unless it is so already. Hosts apply it to running jails: connections that it closes end.
     *
     * @param change from the pool's fields to the wanted ones
     * @throws PoolNotFound if the pool does not exist
     * @throws InvalidRequest if the description is too long or not plain text, or the quarantine is not 0 to 8,760 hours
     */
    @Transactional
    public AddressPool change(Caller caller, PoolId id, UnaryOperator<PoolFields> change) {
        caller.require(Scope.POOLS_WRITE);
        AddressPool before = find(id, " FOR UPDATE OF p");
        PoolFields known = new PoolFields(before.egress(), before.description(), before.quarantine());
        PoolFields wanted = change.apply(known);
        if (wanted.equals(known)) {
            return before;
        }
        wanted.check();
        jdbc.sql(
                        "UPDATE address_pool SET egress = ?, outgoing_mail = ?, description = ?, quarantine_hours = ? WHERE id = ?")
                .params(
                        wanted.egress.way().toString(),
                        wanted.egress.outgoingMail(),
                        wanted.description,
                        wanted.quarantine,
                        id.value())
                .update();
        if (!wanted.egress.equals(known.egress)) {
            notifyHosts();
        }
        audit.record(
                caller.actor(),
                Subject.of("pool", id),
                new PoolEvent.Changed(
                        wanted.egress.way().toString(),
                        wanted.egress.outgoingMail(),
                        wanted.description,
                        wanted.quarantine));
        return find(id, "");
    }

    /** Lists all pools by range. */
    @Transactional(readOnly = true)
    public List<AddressPool> list(Caller caller) {
        caller.require(Scope.POOLS_READ);
        return jdbc.sql(SELECT + " ORDER BY p.range")
                .query((row, number) -> pool(row))
                .list();
    }

    /** Returns the ranges that the agent of a host has to know. */
    @Transactional(readOnly = true)
    public HostPools of(HostId host) {
        record Row(AddressRange range, boolean here, Egress egress) {}
        List<Row> rows = jdbc.sql(
                        "SELECT range::text AS range, host_id IS NULL OR host_id = ? AS here, egress, outgoing_mail FROM address_pool ORDER BY range")
                .param(host.value())
                .query((row, number) ->
                        new Row(AddressRange.parse(row.getString("range")), row.getBoolean("here"), egress(row)))
                .list();
        Map<Boolean, List<AddressRange>> ranges = rows.stream()
                .collect(Collectors.partitioningBy(Row::here, Collectors.mapping(Row::range, Collectors.toList())));
        return new HostPools(
                ranges.getOrDefault(true, List.of()),
                ranges.getOrDefault(false, List.of()),
                rows.stream().filter(Row::here).collect(Collectors.toMap(Row::range, Row::egress)),
                ports.of(host),
                resolvers.ofHost(host),
                resolvers.ofPools(host));
    }

    /** @throws PoolNotFound if the pool does not exist */
    @Transactional(readOnly = true)
    public AddressPool find(Caller caller, PoolId id) {
        caller.require(Scope.POOLS_READ);
        return find(id, "");
    }

    /** @throws PoolNotFound if the pool does not exist */
    void requireKnown(PoolId id) {
        find(id, "");
    }

    private AddressPool find(PoolId id, String lock) {
        return jdbc.sql(SELECT + " WHERE p.id = ?" + lock)
                .param(id.value())
                .query((row, number) -> pool(row))
                .optional()
                .orElseThrow(() -> new PoolNotFound(id));
    }

    /**
     * Removes a pool.
     *
     * @throws PoolNotFound if the pool does not exist
     * @throws PoolInUse if jails have addresses of the pool
     */
    @Transactional
    public void remove(Caller caller, PoolId id) {
        caller.require(Scope.POOLS_WRITE);
        boolean leaving = jdbc.sql("""
                        SELECT count(*) > 0 AND bool_and(a.leaves_with IS NOT NULL OR j.retired_at IS NOT NULL)
                        FROM jail_address a JOIN jail j ON j.id = a.jail_id WHERE a.pool_id = ?
                        """).param(id.value()).query(Boolean.class).single();
        if (leaving) {
            throw PoolInUse.untilReleased(id);
        }
        int removed;
        try {
            removed = jdbc.sql("DELETE FROM address_pool WHERE id = ?")
                    .param(id.value())
                    .update();
        } catch (DataIntegrityViolationException e) {
            throw PoolInUse.byJails(id);
        }
        if (removed == 0) {
            throw new PoolNotFound(id);
        }
        notifyHosts();
        audit.record(caller.actor(), Subject.of("pool", id), new PoolEvent.Removed());
    }

    /** Notifies all hosts: a host whose jails may not have the addresses has to prevent that its jails use them. */
    private void notifyHosts() {
        jdbc.sql("SELECT notify_after_commit('pools_changed', 'all')")
                .query((row, number) -> number)
                .list();
    }

    private void insert(PoolId id, AddressRange range, Optional<HostId> host, PoolFields fields, Instant now) {
        int known;
        try {
            known = jdbc.sql("""
                            INSERT INTO address_pool (id, range, host_id, egress, outgoing_mail, description, quarantine_hours, last_assigned, created_at)
                            SELECT :id, :range::cidr, :host, :egress, :mail, :description, :quarantine, host(:range::cidr)::inet, :now
                            WHERE :host::uuid IS NULL OR EXISTS (SELECT FROM host WHERE id = :host AND retired_at IS NULL)
                            """)
                    .param("id", id.value())
                    .param("range", range.toString())
                    .param("host", host.map(HostId::value).orElse(null), Types.OTHER)
                    .param("egress", fields.egress.way().toString())
                    .param("mail", fields.egress.outgoingMail())
                    .param("description", fields.description)
                    .param("quarantine", fields.quarantine)
                    .param("now", Timestamp.from(now))
                    .update();
        } catch (DataIntegrityViolationException e) {
            throw new PoolOverlaps(range);
        }
        if (known == 0) {
            throw new InvalidRequest("/host", "is not a known host");
        }
    }

    private static AddressPool pool(ResultSet row) throws SQLException {
        UUID host = row.getObject("host_id", UUID.class);
        return new AddressPool(
                new PoolId(row.getObject("id", UUID.class)),
                AddressRange.parse(row.getString("range")),
                Optional.ofNullable(host).map(HostId::new),
                egress(row),
                row.getString("description"),
                row.getInt("quarantine_hours"),
                row.getLong("taken"),
                row.getLong("resting"),
                row.getTimestamp("created_at").toInstant());
    }

    private static Egress egress(ResultSet row) throws SQLException {
        return new Egress(Egress.Way.parse(row.getString("egress")), row.getBoolean("outgoing_mail"));
    }
}
