package dev.bailiwick.server.link;

import dev.bailiwick.jail.HostId;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A jail of a host, inserted directly into the database, with its notifications. */
final class JailRow {

    private final JdbcClient jdbc;
    private final HostId host;
    private final UUID id = UUID.randomUUID();

    /** @param number distinguishes its address from others */
    JailRow(JdbcClient jdbc, HostId host, int number) {
        this.jdbc = jdbc;
        this.host = host;
        jdbc.sql("""
                        INSERT INTO address_pool (id, range, last_assigned, created_at)
                        SELECT gen_random_uuid(), '198.18.0.0/16', '198.18.0.0', now()
                        WHERE NOT EXISTS (SELECT FROM address_pool)
                        """).update();
        change("""
                owner AS (
                    INSERT INTO customer (id, name, created_at) VALUES (gen_random_uuid(), 'c', now()) RETURNING id),
                addressed AS (
                    INSERT INTO jail_address (address, jail_id, pool_id, pool_range)
                    SELECT '198.18.7.%d'::inet, :id, id, range FROM address_pool LIMIT 1),
                changed AS (
                    INSERT INTO jail (id, customer_id, host_id, name, generation, revision, hostname, path, base, profile,
                        command, environment, wanted, created_at, updated_at)
                    SELECT :id, owner.id, :host, 'j', 1, bumped.revision, 'j', '/jails/' || :id, 'thin', 'hosting',
                        '["/bin/init"]', '{}', 'running', now(), now()
                    FROM owner, bumped RETURNING id)
                """.formatted(number));
    }

    String id() {
        return id.toString();
    }

    void retire() {
        change("""
                changed AS (
                    UPDATE jail SET retired_at = now(), files_fate = 'kept', generation = 2, revision = bumped.revision
                    FROM bumped WHERE id = :id RETURNING id)
                """);
    }

    /** Changes revision and row in one statement: a session that saw only one of them would consider itself up to date. */
    private void change(String changed) {
        jdbc.sql("""
                        WITH bumped AS (UPDATE host SET revision = revision + 1 WHERE id = :host RETURNING revision),
                        """ + changed + "SELECT pg_notify('host_changed', :host::text) FROM changed")
                .param("id", id)
                .param("host", host.value())
                .query((row, number) -> number)
                .list();
    }
}
