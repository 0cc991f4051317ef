package dev.bailiwick.server.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.TestDatabase;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Logins from before they had one form. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Import(TestDatabase.class)
class LoginsMigrationTest {

    @Test
    void reportsLoginsThatBecomeEqualAndMergesNone(
            @Autowired JdbcClient server, @Autowired JdbcConnectionDetails details) {
        server.sql("CREATE DATABASE logins").update();
        try {
            DriverManagerDataSource database = new DriverManagerDataSource(
                    details.getJdbcUrl().replaceFirst("/[^/?]+(\\?|$)", "/logins$1"),
                    String.valueOf(details.getUsername()),
                    String.valueOf(details.getPassword()));
            migrate(database, "9");
            JdbcClient jdbc = JdbcClient.create(database);
            List.of("anna", "berta", " berta", "\uff43arl", "  dora", "e ve")
                    .forEach(login -> jdbc.sql("""
                                    INSERT INTO app_user (id, login, password_hash, role, created_at)
                                    VALUES (uuidv7(), ?, 'x', 'operator', now())
                                    """).param(login).update());

            migrate(database, "10");

            assertThat(logins(jdbc, "SELECT login FROM app_user"))
                    .containsExactlyInAnyOrder("anna", "berta", " berta", "carl", "dora", "e ve");
            assertThat(logins(jdbc, "SELECT detail->>'login' FROM audit_event WHERE action = 'user.login-unusable'"))
                    .containsExactlyInAnyOrder(" berta", "e ve");
            assertThatThrownBy(() -> jdbc.sql("UPDATE app_user SET login = ' x' WHERE login = 'anna'")
                            .update())
                    .isInstanceOf(DataAccessException.class);
            // What the report tells an operator to do works.
            jdbc.sql("UPDATE app_user SET login = 'berta.2' WHERE login = ' berta'")
                    .update();
        } finally {
            server.sql("DROP DATABASE logins WITH (FORCE)").update();
        }
    }

    private static List<String> logins(JdbcClient jdbc, String query) {
        return jdbc.sql(query)
                .query((row, _) -> String.valueOf(row.getString(1)))
                .list();
    }

    private static void migrate(DriverManagerDataSource database, String target) {
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migrations")
                .target(target)
                .load()
                .migrate();
    }
}
