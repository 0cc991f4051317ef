package dev.bailiwick.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.OlderDatabase;
import dev.bailiwick.server.TestDatabase;
import dev.bailiwick.server.database.DatabaseLogin;
import jakarta.persistence.EntityManager;
import java.sql.SQLException;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** A chain that begins with events without versions. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Import(TestDatabase.class)
class EventsOfBeforeTest {

    @Test
    void stayReadableAndVerifiable(
            @Autowired JdbcClient server,
            @Autowired JdbcConnectionDetails details,
            @Autowired DatabaseLogin login,
            @Autowired JsonMapper json,
            @Autowired EntityManager entities) {
        try (OlderDatabase database = new OlderDatabase(server, details, "events_of_before", 18)) {
            JdbcClient jdbc = database.jdbc();
            jdbc.sql("""
                            INSERT INTO audit_event (at, actor, subject_kind, subject_id, action, detail)
                            SELECT now(), 'user:anna', 'jail', n::text, 'jail.defined', '{"name": "web", "generation": 1}'
                            FROM generate_series(1, 3) n
                            """).update();
            String hashes = "SELECT encode(hash, 'hex') FROM audit_event ORDER BY id LIMIT 3";
            var before = jdbc.sql(hashes).query(String.class).list();

            database.migrateToLatest();

            Audit audit = new Audit(jdbc, json, Clock.systemUTC(), entities, new Sealer(login));
            assertThat(jdbc.sql(hashes).query(String.class).list()).isEqualTo(before);
            assertThat(audit.firstBrokenLink()).isEmpty();
            assertThat(audit.after(0, 10)).hasSize(3).first().satisfies(event -> {
                assertThat(event.version()).isZero();
                assertThat(event.action()).isEqualTo("jail.defined");
                assertThat(event.detail()).containsEntry("name", "web").containsEntry("generation", 1);
            });
            // A change of an event's version is detected, too.
            try (var connection = database.dataSource().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("SET session_replication_role = replica");
                statement.execute("UPDATE audit_event SET version = 1 WHERE id = 2");
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
            assertThat(audit.firstBrokenLink()).contains(2L);
        }
    }
}
