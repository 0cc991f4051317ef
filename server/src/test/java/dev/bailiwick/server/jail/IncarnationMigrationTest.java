package dev.bailiwick.server.jail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.OlderDatabase;
import dev.bailiwick.server.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Jails that are being restarted during the upgrade to a server whose restarts are one generation. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Import(TestDatabase.class)
class IncarnationMigrationTest {

    @Test
    void wantsJailsRunningThatWereStoppedForARestart(
            @Autowired JdbcClient server, @Autowired JdbcConnectionDetails details) {
        try (OlderDatabase database = new OlderDatabase(server, details, "incarnations", 18)) {
            JdbcClient jdbc = database.jdbc();
            jdbc.sql("INSERT INTO customer (id, name, created_at) VALUES (uuidv7(), 'acme', now())")
                    .update();
            jdbc.sql("INSERT INTO host (id, name, revision, created_at) VALUES (uuidv7(), 'rack-1', 7, now()),"
                            + " (uuidv7(), 'rack-2', 7, now())")
                    .update();
            for (String jail : List.of("web running false", "db stopped false", "mail stopped true")) {
                jdbc.sql("""
                                INSERT INTO jail (id, customer_id, host_id, name, generation, revision, hostname, path, base, profile,
                                    command, environment, wanted, restarting, created_at, updated_at)
                                SELECT uuidv7(), c.id, h.id, j[1], 4, 5, j[1], '/jails/' || j[1], 'thin', 'hosting', '["/sbin/init"]',
                                    '{}', j[2], j[3]::boolean, now(), now()
                                FROM customer c, host h, string_to_array(?, ' ') AS j WHERE h.name = 'rack-1'
                                """).param(jail).update();
            }

            database.migrateTo(19);

            assertThat(database.texts(
                            "SELECT concat_ws(' ', name, wanted, generation, revision, incarnation) FROM jail"))
                    .containsExactlyInAnyOrder("web running 4 5 0", "db stopped 4 5 0", "mail running 5 8 1");
            assertThat(database.texts("SELECT name || ' ' || revision FROM host"))
                    .as("only a host with a changed jail gets a new revision")
                    .containsExactlyInAnyOrder("rack-1 8", "rack-2 7");
        }
    }
}
