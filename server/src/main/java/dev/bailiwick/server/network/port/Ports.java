package dev.bailiwick.server.network.port;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.PublishedPort;
import dev.bailiwick.jail.PublishedPort.Protocol;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The ports of hosts that lead to jails, as they are stored. The callers see to rights and to what a host offers. */
@Component
public class Ports {

    private final JdbcClient jdbc;

    Ports(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A port of a host that leads to a jail.
     *
     * @param target the port of the jail
     */
    public record JailPort(Protocol protocol, IpAddress address, int port, int target) {}

    /** Returns the ports that lead to a jail, by address, protocol and number. */
    public List<JailPort> of(JailId jail) {
        return jdbc.sql("""
                        SELECT protocol, host(address) AS address, port, target FROM published_port WHERE jail_id = ?
                        ORDER BY published_port.address, protocol, port
                        """)
                .param(jail.value())
                .query((row, number) -> new JailPort(
                        Protocol.parse(row.getString("protocol")),
                        IpAddress.parse(row.getString("address")),
                        row.getInt("port"),
                        row.getInt("target")))
                .list();
    }

    /** Returns how many ports lead to a jail. */
    public int count(JailId jail) {
        return jdbc.sql("SELECT count(*) FROM published_port WHERE jail_id = ?")
                .param(jail.value())
                .query(Integer.class)
                .single();
    }

    /** Waits until no other transaction publishes ports of the jail, and keeps others waiting until this one ends. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void lock(JailId jail) {
        jdbc.sql("SELECT id FROM jail WHERE id = ? FOR NO KEY UPDATE")
                .param(jail.value())
                .query((row, number) -> number)
                .list();
    }

    /**
     * Publishes several ports, one after another.
     *
     * @param first the first one; its target is that of the first
     * @throws PortTaken if one of them leads to a jail already
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void publish(HostId host, JailId jail, JailPort first, int count, Instant now) {
        int published = jdbc.sql("""
                        INSERT INTO published_port (host_id, address, protocol, port, jail_id, target, published_at)
                        SELECT :host, :address::inet, :protocol, :port + i, :jail, :target + i, :now FROM generate_series(0, :count - 1) AS i
                        ON CONFLICT DO NOTHING
                        """)
                .param("host", host.value())
                .param("address", first.address().toString())
                .param("protocol", first.protocol().toString())
                .param("port", first.port())
                .param("jail", jail.value())
                .param("target", first.target())
                .param("now", Timestamp.from(now))
                .param("count", count)
                .update();
        if (published < count) {
            throw new PortTaken(first.protocol(), first.address(), first.port(), first.port() + count - 1);
        }
    }

    /** Returns how many ports no longer lead to the jail. */
    @Transactional(propagation = Propagation.MANDATORY)
    public int withdraw(JailId jail, Protocol protocol, IpAddress address, int port, int count) {
        return jdbc.sql("""
                        DELETE FROM published_port
                        WHERE jail_id = ? AND protocol = ? AND address = ?::inet AND port BETWEEN ? AND ?
                        """)
                .params(jail.value(), protocol.toString(), address.toString(), port, port + count - 1)
                .update();
    }

    /** Returns the ports of a host that lead to jails, with the addresses that the jails have. */
    public List<PublishedPort> of(HostId host) {
        return jdbc.sql("""
                        SELECT p.protocol, host(p.address) AS address, p.port, host(a.address) AS jail_address, p.target
                        FROM published_port p JOIN jail_address a
                            ON a.jail_id = p.jail_id AND family(a.address) = family(p.address) AND a.leaves_with IS NULL
                            AND NOT a.additional
                        WHERE p.host_id = ? ORDER BY p.address, p.protocol, p.port
                        """)
                .param(host.value())
                .query((row, number) -> new PublishedPort(
                        Protocol.parse(row.getString("protocol")),
                        IpAddress.parse(row.getString("address")),
                        row.getInt("port"),
                        IpAddress.parse(row.getString("jail_address")),
                        row.getInt("target")))
                .list();
    }

    /** Returns the ports of a host that can lead to jails, by address and number. */
    public List<PortRange> offered(HostId host) {
        return jdbc.sql("""
                        SELECT host(address) AS address, first_port, last_port FROM host_port_range WHERE host_id = ?
                        ORDER BY host_port_range.address, first_port
                        """).param(host.value()).query(Ports::range).list();
    }

    private static PortRange range(ResultSet row, int number) throws SQLException {
        return new PortRange(
                IpAddress.parse(row.getString("address")), row.getInt("first_port"), row.getInt("last_port"));
    }

    void offer(HostId host, List<PortRange> ranges) {
        jdbc.sql("DELETE FROM host_port_range WHERE host_id = ?")
                .param(host.value())
                .update();
        for (PortRange range : ranges) {
            jdbc.sql("INSERT INTO host_port_range VALUES (?, ?::inet, ?, ?)")
                    .params(host.value(), range.address().toString(), range.firstPort(), range.lastPort())
                    .update();
        }
    }
}
