package dev.bailiwick.server.network.member;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.server.account.CustomerId;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The networks of customers as they are stored. The callers see to rights and bounds, and lock the customer before they change anything. The
 * database notifies the hosts of members of each change.
 */
@Component
public class NetworkMembers {

    private static final String SELECT = """
            SELECT n.id, n.name, n.created_at, (SELECT count(*) FROM network_member m WHERE m.network_id = n.id) AS members
            FROM network n
            """;

    private final JdbcClient jdbc;

    NetworkMembers(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Returns the networks of a customer, by name. */
    public List<CustomerNetwork> of(CustomerId customer) {
        return jdbc.sql(SELECT + " WHERE n.customer_id = ? ORDER BY n.name, n.id")
                .param(customer.value())
                .query(NetworkMembers::network)
                .list();
    }

    /** Returns the network, if it is one of the customer. */
    public Optional<CustomerNetwork> find(CustomerId customer, NetworkId id) {
        return jdbc.sql(SELECT + " WHERE n.customer_id = ? AND n.id = ?")
                .params(customer.value(), id.value())
                .query(NetworkMembers::network)
                .optional();
    }

    private static CustomerNetwork network(ResultSet row, int number) throws SQLException {
        return new CustomerNetwork(
                new NetworkId(row.getObject("id", UUID.class)),
                row.getString("name"),
                row.getInt("members"),
                row.getTimestamp("created_at").toInstant());
    }

    /** Returns the networks of a jail, by name. */
    public List<CustomerNetwork> of(JailId jail) {
        return jdbc.sql(
                        SELECT
                                + " WHERE n.id IN (SELECT own.network_id FROM network_member own WHERE own.jail_id = ?) ORDER BY n.name, n.id")
                .param(jail.value())
                .query(NetworkMembers::network)
                .list();
    }

    /** A member of a network. */
    public record NetworkMember(JailId jail, String name) {}

    /** Returns the members of a network, by name. */
    public List<NetworkMember> members(NetworkId network) {
        return jdbc.sql("""
                        SELECT j.id, j.name FROM network_member m JOIN jail j ON j.id = m.jail_id WHERE m.network_id = ? ORDER BY j.name, j.id
                        """)
                .param(network.value())
                .query((row, _) ->
                        new NetworkMember(new JailId(row.getObject("id", UUID.class)), row.getString("name")))
                .list();
    }

    /** Returns the jail of the customer with this name or id, if there is one that is not being removed. */
    public Optional<JailId> jail(CustomerId customer, String nameOrId) {
        return jdbc.sql("""
                        SELECT id FROM jail WHERE customer_id = :customer AND retired_at IS NULL AND (name = :text OR id::text = :text)
                        ORDER BY name = :text DESC LIMIT 1
                        """)
                .param("customer", customer.value())
                .param("text", nameOrId)
                .query((row, _) -> new JailId(row.getObject("id", UUID.class)))
                .optional();
    }

    /**
     * Returns the networks of the customer of which the jail with this address is a member, as the host knows them. Jails of other hosts are left
     * out once they are being removed.
     */
    public Set<UUID> at(CustomerId customer, HostId host, IpAddress address) {
        return jdbc.sql("""
                        SELECT m.network_id FROM jail_address a JOIN jail j ON j.id = a.jail_id JOIN network_member m ON m.jail_id = j.id
                        WHERE a.address = ?::inet AND a.leaves_with IS NULL AND j.customer_id = ? AND (j.host_id = ? OR j.retired_at IS NULL)
                        """)
                .params(address.toString(), customer.value(), host.value())
                .query((row, _) -> row.getObject("network_id", UUID.class))
                .set();
    }

    /** Stores a network, unless the customer has one with this name. */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean insert(CustomerId customer, CustomerNetwork network) {
        return jdbc.sql(
                                "INSERT INTO network (id, customer_id, name, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
                        .params(
                                network.id().value(),
                                customer.value(),
                                network.name(),
                                Timestamp.from(network.createdAt()))
                        .update()
                > 0;
    }

    /** Renames a network, unless the customer has another one with this name. */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean rename(NetworkId id, String name) {
        return jdbc.sql("""
                                UPDATE network SET name = :name WHERE id = :id AND NOT EXISTS (
                                    SELECT FROM network other WHERE other.customer_id = network.customer_id AND other.name = :name
                                        AND other.id <> :id)
                                """).param("id", id.value()).param("name", name).update() > 0;
    }

    @Transactional(propagation = Propagation.MANDATORY)
    public void remove(NetworkId id) {
        jdbc.sql("DELETE FROM network WHERE id = ?").param(id.value()).update();
    }

    /**
     * Locks those of the jails that are the customer's and not being removed: they stay so until the end of the transaction. Their hosts are
     * locked first, because those who change many jails lock the hosts, and then the jails in any order.
     *
     * @return each with the number of its networks, apart from this one
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Map<JailId, Integer> lock(CustomerId customer, NetworkId network, Set<JailId> jails) {
        UUID[] ids = jails.stream().map(JailId::value).toArray(UUID[]::new);
        jdbc.sql("""
                        SELECT id FROM host WHERE id IN (SELECT host_id FROM jail WHERE id = ANY (:jails) AND customer_id = :customer)
                        ORDER BY id FOR SHARE
                        """)
                .param("customer", customer.value())
                .param("jails", ids)
                .query((row, number) -> number)
                .list();
        return jdbc
                .sql("""
                        SELECT j.id, (SELECT count(*) FROM network_member m WHERE m.jail_id = j.id AND m.network_id <> :network) AS networks
                        FROM jail j WHERE j.id = ANY (:jails) AND j.customer_id = :customer AND j.retired_at IS NULL
                        ORDER BY j.id FOR SHARE OF j
                        """)
                .param("network", network.value())
                .param("customer", customer.value())
                .param("jails", ids)
                .query((row, _) -> Map.entry(new JailId(row.getObject("id", UUID.class)), row.getInt("networks")))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Makes jails members; the caller has {@linkplain #lock locked} them. Returns those that were none before. */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<JailId> add(NetworkId network, Set<JailId> jails) {
        return jdbc.sql("""
                        INSERT INTO network_member (network_id, jail_id)
                        SELECT :network, jail FROM unnest(:jails::uuid[]) AS wanted(jail) ORDER BY jail
                        ON CONFLICT DO NOTHING RETURNING jail_id
                        """)
                .param("network", network.value())
                .param("jails", jails.stream().map(JailId::value).toArray(UUID[]::new))
                .query((row, _) -> new JailId(row.getObject(1, UUID.class)))
                .list();
    }

    /** Returns whether the jail was a member. */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean remove(NetworkId network, JailId jail) {
        return jdbc.sql("DELETE FROM network_member WHERE network_id = ? AND jail_id = ?")
                        .params(network.value(), jail.value())
                        .update()
                > 0;
    }

    /**
     * Returns the networks of which jails of a host are members, and those that rules of its jails name, by id: with the members there, and with
     * the addresses of the members on other hosts, except those that are being removed. An address that a jail is giving up is left out. A network
     * that rules name is in the list even if it has no members or is gone: the host takes one that is not in it for one of which nothing is said.
     */
    @Transactional(readOnly = true)
    public List<SharedNetwork> of(HostId host) {
        record Row(String network, String owner, Optional<JailId> jail, List<IpAddress> addresses) {}
        Map<String, List<Row>> networks = jdbc
                .sql("""
                        WITH here AS (SELECT id, customer_id FROM jail WHERE host_id = :host),
                        named AS (
                            SELECT f.networks, here.customer_id FROM here JOIN jail_firewall f ON f.jail_id = here.id
                            UNION SELECT networks, customer_id FROM customer_firewall
                            WHERE customer_id IN (SELECT customer_id FROM here)),
                        wanted AS (
                            SELECT m.network_id AS id, here.customer_id FROM here JOIN network_member m ON m.jail_id = here.id
                            UNION SELECT substr(peer, length('network:') + 1)::uuid, customer_id
                            FROM named CROSS JOIN jsonb_array_elements_text(networks) AS peer)
                        SELECT w.id::text AS network, coalesce(n.customer_id, w.customer_id)::text AS owner,
                            CASE WHEN j.host_id = :host THEN j.id END AS jail,
                            CASE WHEN j.host_id <> :host AND j.retired_at IS NULL THEN ARRAY(
                                SELECT host(a.address) FROM jail_address a WHERE a.jail_id = j.id AND a.leaves_with IS NULL) END AS addresses
                        FROM (SELECT DISTINCT ON (id) id, customer_id FROM wanted ORDER BY id, customer_id) AS w
                        LEFT JOIN network n ON n.id = w.id LEFT JOIN network_member m ON m.network_id = n.id
                        LEFT JOIN jail j ON j.id = m.jail_id
                        ORDER BY w.id
                        """)
                .param("host", host.value())
                .query((row, _) -> new Row(
                        row.getString("network"),
                        row.getString("owner"),
                        Optional.ofNullable(row.getObject("jail", UUID.class)).map(JailId::new),
                        addresses(row)))
                .list()
                .stream()
                .collect(Collectors.groupingBy(Row::network, LinkedHashMap::new, Collectors.toList()));
        List<SharedNetwork> result = new ArrayList<>();
        networks.forEach((id, rows) -> result.add(new SharedNetwork(
                id,
                rows.getFirst().owner(),
                rows.stream().flatMap(row -> row.jail().stream()).collect(Collectors.toSet()),
                rows.stream().flatMap(row -> row.addresses().stream()).collect(Collectors.toSet()))));
        return result;
    }

    private static List<IpAddress> addresses(ResultSet row) throws SQLException {
        Array array = row.getArray("addresses");
        if (array == null) {
            return List.of();
        }
        List<IpAddress> addresses = new ArrayList<>();
        for (String address : (String[]) array.getArray()) {
            addresses.add(IpAddress.parse(address));
        }
        return addresses;
    }
}
