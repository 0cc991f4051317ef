package dev.bailiwick.server.database;

import static dev.bailiwick.server.database.OwnerWithoutPower.APPLICATION;
import static dev.bailiwick.server.database.OwnerWithoutPower.OWNER;
import static dev.bailiwick.server.database.OwnerWithoutPower.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.TestDatabase;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;

@SpringJUnitConfig(TestDatabase.class)
class ServerLoginsTest {

    private static final String DATABASE = "logins";

    @Autowired
    private JdbcConnectionDetails superuser;

    private DatabaseLogin owner;
    private DatabaseLogin application;

    @BeforeEach
    void create() throws SQLException {
        OwnerWithoutPower.drop(superuser, DATABASE);
        String url = OwnerWithoutPower.create(superuser, DATABASE);
        owner = new DatabaseLogin(url, OWNER, PASSWORD);
        application = new DatabaseLogin(url, APPLICATION, PASSWORD);
    }

    @AfterEach
    void drop() throws SQLException {
        OwnerWithoutPower.drop(superuser, DATABASE);
    }

    @Test
    void refusesAnOwnerThatCannotCreateTheOtherRole() {
        assertThatThrownBy(() -> new ServerLogins(null, "").application(owner))
                .isInstanceOf(DatabaseUnusable.class)
                .hasMessageContaining(OWNER)
                .hasMessageContaining("spring.flyway.user")
                .hasMessageContaining("docs/operating.md");
    }

    @Test
    void takesTheTwoLoginsThatAnAdministratorCreated() throws SQLException {
        ServerLogins logins = new ServerLogins(OWNER, PASSWORD);
        assertThat(logins.application(application)).isEqualTo(application);
        assertThat(logins.owner()).contains(owner);
        migrate();
        assertThatThrownBy(() -> logins.grant(application)).hasMessageContaining("cannot grant");
        assertUnusable("cannot become bailiwick_everything");

        OwnerWithoutPower.execute(superuser, "GRANT bailiwick_everything TO plain_server WITH INHERIT FALSE, SET TRUE");
        assertUnusable("does not inherit bailiwick_application");
        OwnerWithoutPower.execute(superuser, "GRANT bailiwick_application TO plain_server WITH INHERIT TRUE");
        logins.grant(application);
        ServerLogins.requireRestricted(source(application));

        // Alone, it serves a database that somebody else migrates.
        ServerLogins alone = new ServerLogins(null, "");
        assertThat(alone.application(application)).isEqualTo(application);
        assertThat(alone.owner()).isEmpty();
    }

    @Test
    void refusesRolesToWhichRowLevelSecurityDoesNotApply() throws SQLException {
        migrate();
        OwnerWithoutPower.execute(superuser, "GRANT bailiwick_application, bailiwick_everything TO plain_server");
        assertUnusable("inherits bailiwick_everything");
        OwnerWithoutPower.execute(superuser, "ALTER ROLE plain_server BYPASSRLS");
        assertUnusable("has BYPASSRLS");
        OwnerWithoutPower.execute(superuser, "ALTER ROLE plain_server NOBYPASSRLS");
        OwnerWithoutPower.execute(superuser, "GRANT plain_owner TO plain_server WITH INHERIT FALSE, SET TRUE");
        assertUnusable("owns the tables");
        OwnerWithoutPower.execute(superuser, "ALTER ROLE plain_server SUPERUSER");
        assertUnusable("is a superuser");
    }

    /** The rows of forced tables, too: a later migration may have to change them. */
    @Test
    void theOwnerSeesAllRows() {
        migrate();
        JdbcClient jdbc = JdbcClient.create(source(owner));
        jdbc.sql("INSERT INTO customer (id, name, created_at) VALUES (gen_random_uuid(), 'one', now())")
                .update();
        assertThat(jdbc.sql("UPDATE customer SET name = 'another'").update()).isOne();
    }

    @Test
    void createsTheRoleIfTheOwnerMay() throws SQLException {
        OwnerWithoutPower.execute(superuser, "ALTER ROLE plain_owner CREATEROLE");
        OwnerWithoutPower.execute(
                superuser, "GRANT bailiwick_application, bailiwick_everything TO plain_owner WITH ADMIN TRUE");
        ServerLogins logins = new ServerLogins(null, "");
        DatabaseLogin created = logins.application(owner);
        assertThat(created.user()).isEqualTo(DATABASE + "_server");
        assertThat(new ServerLogins(null, "").application(owner))
                .as("of another replica")
                .isEqualTo(created);
        migrate();
        logins.grant(created);
        ServerLogins.requireRestricted(source(created));

        assertThat(JdbcClient.create(source(created))
                        .sql("SELECT count(*) FROM customer")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private void assertUnusable(String why) {
        assertThatThrownBy(() -> ServerLogins.requireRestricted(source(application)))
                .isInstanceOf(DatabaseUnusable.class)
                .hasMessageContaining(why);
    }

    private void migrate() {
        Flyway.configure()
                .dataSource(source(owner))
                .locations("classpath:db/migrations")
                .load()
                .migrate();
    }

    private static DataSource source(DatabaseLogin login) {
        return new DriverManagerDataSource(login.url(), login.user(), login.password());
    }
}
