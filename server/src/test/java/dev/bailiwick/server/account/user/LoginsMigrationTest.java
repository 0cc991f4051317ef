package dev.bailiwick.server.account.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.OlderDatabase;
import dev.bailiwick.server.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Logins that were stored before the server normalized them. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Import(TestDatabase.class)
class LoginsMigrationTest {

    @Test
    void reportsLoginsThatBecomeEqualAndMergesNone(
            @Autowired JdbcClient server, @Autowired JdbcConnectionDetails details) {
        try (OlderDatabase database = new OlderDatabase(server, details, "logins", 9)) {
            JdbcClient jdbc = database.jdbc();
            List.of("anna", "berta", " berta", "\uff43arl", "  dora", "e ve")
                    .forEach(login -> jdbc.sql("""
                                    INSERT INTO app_user (id, login, password_hash, role, created_at)
                                    VALUES (uuidv7(), ?, 'x', 'operator', now())
                                    """).param(login).update());

            database.migrateTo(10);

            assertThat(database.texts("SELECT login FROM app_user"))
                    .containsExactlyInAnyOrder("anna", "berta", " berta", "carl", "dora", "e ve");
            assertThat(database.texts("SELECT detail->>'login' FROM audit_event WHERE action = 'user.login-unusable'"))
                    .containsExactlyInAnyOrder(" berta", "e ve");
            assertThatThrownBy(() -> jdbc.sql("UPDATE app_user SET login = ' x' WHERE login = 'anna'")
                            .update())
                    .isInstanceOf(DataAccessException.class);
            // The statement that the report recommends works.
            jdbc.sql("UPDATE app_user SET login = 'berta.2' WHERE login = ' berta'")
                    .update();
        }
    }
}
