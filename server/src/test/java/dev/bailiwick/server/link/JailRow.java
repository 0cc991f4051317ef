package dev.bailiwick.server.link;

import dev.bailiwick.server.host.HostId;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A jail that is wanted of a host, put straight into the database, with its doorbell. */
final class JailRow {

    private final JdbcClient jdbc;
    private final HostId host;
    private final UUID id = UUID.randomUUID();

    /** @param number tells its address from others' */
    JailRow(JdbcClient jdbc, HostId host, int number) {
        this.jdbc = jdbc;
        this.host = host;
        long revision = bump();
        jdbc.sql("""
                        INSERT INTO address_pool (id, range, last_assigned, created_at)
                        SELECT gen_random_uuid(), '198.18.0.0/16', '198.18.0.0', now()
                        WHERE NOT EXISTS (SELECT FROM address_pool)
                        """).update();
        jdbc.sql("""
                        WITH owner AS (
                            INSERT INTO customer (id, name, created_at) VALUES (gen_random_uuid(), 'c', now()) RETURNING id)
                        INSERT INTO jail (id, customer_id, host_id, name, generation, revision, hostname, path, base, profile,
                            command, environment, wanted, created_at, updated_at)
                        SELECT :id, id, :host, 'j', 1, :revision, 'j', '/jails/' || :id, 'thin', 'hosting',
                            '["/bin/init"]', '{}', 'running', now(), now()
                        FROM owner
                        """)
                .param("id", id)
                .param("host", host.value())
                .param("revision", revision)
                .update();
        jdbc.sql("""
                        INSERT INTO jail_address (address, jail_id, pool_id, pool_range)
                        SELECT :address::inet, :id, id, range FROM address_pool
                        """).param("address", "198.18.7." + number).param("id", id).update();
        ring();
    }

    String id() {
        return id.toString();
    }

    void retire() {
        long revision = bump();
        jdbc.sql("""
                        UPDATE jail SET retired_at = now(), files_fate = 'kept', generation = 2, revision = ? WHERE id = ?
                        """).params(revision, id).update();
        ring();
    }

    private long bump() {
        return jdbc.sql("UPDATE host SET revision = revision + 1 WHERE id = ? RETURNING revision")
                .param(host.value())
                .query(Long.class)
                .single();
    }

    private void ring() {
        jdbc.sql("SELECT pg_notify('host_changed', ?)")
                .param(host.toString())
                .query((row, number) -> number)
                .list();
    }
}
