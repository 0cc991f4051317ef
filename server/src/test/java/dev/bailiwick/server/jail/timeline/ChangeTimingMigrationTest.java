package dev.bailiwick.server.jail.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.OlderDatabase;
import dev.bailiwick.server.TestDatabase;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Timelines during the upgrade to a server that keeps them in a table of their own. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Import(TestDatabase.class)
class ChangeTimingMigrationTest {

    @Test
    void keepsTheTimelinesThatAreShown(@Autowired JdbcClient server, @Autowired JdbcConnectionDetails details) {
        try (OlderDatabase database = new OlderDatabase(server, details, "timings", 22)) {
            JdbcClient jdbc = database.jdbc();
            jdbc.sql("INSERT INTO customer (id, name, created_at) VALUES (uuidv7(), 'acme', now())")
                    .update();
            jdbc.sql("INSERT INTO host (id, name, revision, created_at) VALUES (uuidv7(), 'rack-1', 7, now())")
                    .update();
            jdbc.sql("""
                            INSERT INTO jail (id, customer_id, host_id, name, generation, revision, hostname, path, base, profile,
                                command, environment, wanted, request_micros, created_at, updated_at)
                            SELECT uuidv7(), c.id, h.id, j, 4, 5, j, '/jails/' || j, 'thin', 'hosting', '["/sbin/init"]',
                                '{}', 'running', 900, now(), now()
                            FROM customer c, host h, unnest(ARRAY['web', 'db']) AS j
                            """).update();
            jdbc.sql("""
                            INSERT INTO jail_status (jail_id, generation, phase, restarts, conditions, steps, reported_at, received_at, road)
                            SELECT id, 4, 'running', 0, '[]', '[]', now(), now(),
                                CASE name WHEN 'web' THEN '{"requestMicros": 900}'::jsonb END
                            FROM jail
                            """).update();

            database.migrateTo(24);

            assertThat(database.texts("""
                                    SELECT concat_ws(' ', name, t.generation, t.revision, timeline ->> 'requestMicros', stored_at)
                                    FROM jail_change_timing t JOIN jail ON id = jail_id
                                    """)).containsExactly("web 4 5 900");
        }
    }
}
