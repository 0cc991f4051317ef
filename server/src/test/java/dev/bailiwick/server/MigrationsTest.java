package dev.bailiwick.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Import(TestDatabase.class)
class MigrationsTest {

    private static final String ADD_EVENT = """
            INSERT INTO audit_event (at, actor, subject_kind, subject_id, action)
            VALUES (now(), 'test', 'jail', 'one', 'jail.defined')
            """;

    @Autowired
    private JdbcClient jdbc;

    @Test
    void numbersAuditEventsWithoutGapsAndChainsThem() {
        jdbc.sql(ADD_EVENT).update();
        jdbc.sql(ADD_EVENT).update();

        assertThat(jdbc.sql("""
                        SELECT b.previous_hash = a.hash AND b.hash = audit_event_hash(b)
                        FROM audit_event a JOIN audit_event b ON b.id = a.id + 1
                        """).query(Boolean.class).list()).isNotEmpty().containsOnly(true);
    }

    @Test
    void refusesToChangeAnAuditEvent() {
        jdbc.sql(ADD_EVENT).update();

        assertThatThrownBy(() ->
                        jdbc.sql("UPDATE audit_event SET actor = 'nobody'").update())
                .isInstanceOf(DataAccessException.class)
                .hasMessageContaining("only ever added");
        assertThatThrownBy(() -> jdbc.sql("DELETE FROM audit_event").update()).hasMessageContaining("only ever added");
        assertThatThrownBy(() -> jdbc.sql("TRUNCATE audit_event").update()).hasMessageContaining("only ever added");
    }

    @Test
    void refusesAnOperatorThatBelongsToACustomer() {
        assertThatThrownBy(() -> jdbc.sql("""
                                WITH owner AS (INSERT INTO customer (id, name, created_at) VALUES (uuidv7(), 'c', now()) RETURNING id)
                                INSERT INTO app_user (id, login, password_hash, role, customer_id, created_at)
                                SELECT uuidv7(), 'x', 'x', 'operator', id, now() FROM owner
                                """).update()).isInstanceOf(DataAccessException.class);
    }
}
