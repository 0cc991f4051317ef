package dev.bailiwick.server.database;

import static dev.bailiwick.server.database.OwnerWithoutPower.APPLICATION;
import static dev.bailiwick.server.database.OwnerWithoutPower.OWNER;
import static dev.bailiwick.server.database.OwnerWithoutPower.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.TestDatabase;
import java.sql.SQLException;
import java.util.List;
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

    /** As after a restore into a cluster whose roles somebody has created without their grants. */
    @Test
    void refusesAnOwnerFromWhomTheRowsAreHidden() throws SQLException {
        ServerLogins logins = new ServerLogins(OWNER, PASSWORD);
        assertThat(logins.application(application)).isEqualTo(application);
        OwnerWithoutPower.execute(superuser, "REVOKE bailiwick_everything FROM plain_owner");
        OwnerWithoutPower.execute(superuser, "GRANT bailiwick_everything TO plain_owner WITH INHERIT TRUE");
        logins.requireMigratable();
        migrate();
        logins.requireMigratable();
        OwnerWithoutPower.execute(superuser, "REVOKE bailiwick_everything FROM plain_owner");
        assertThatThrownBy(logins::requireMigratable)
                .isInstanceOf(DatabaseUnusable.class)
                .hasMessageContaining("GRANT bailiwick_everything TO plain_owner WITH INHERIT TRUE")
                .hasMessageContaining("docs/operating.md");
    }

    @Test
    void leavesARoleOfTheSameNameAlone() throws SQLException {
        OwnerWithoutPower.execute(superuser, "CREATE ROLE logins_server LOGIN PASSWORD 'of another program'");
        OwnerWithoutPower.execute(superuser, "ALTER ROLE plain_owner CREATEROLE");
        OwnerWithoutPower.execute(superuser, "GRANT logins_server TO plain_owner WITH ADMIN TRUE");
        for (String comment : List.of("NULL", "'Bailiwick signs in as this role to the database another'")) {
            OwnerWithoutPower.execute(superuser, "COMMENT ON ROLE logins_server IS " + comment);
            assertThatThrownBy(() -> new ServerLogins(null, "").application(owner))
                    .isInstanceOf(DatabaseUnusable.class)
                    .hasMessageContaining("The role logins_server exists already");
        }
        new DatabaseLogin(owner.url(), "logins_server", "of another program")
                .connect()
                .close();

        // An earlier version created it.
        OwnerWithoutPower.execute(superuser, "COMMENT ON ROLE logins_server IS NULL");
        OwnerWithoutPower.execute(superuser, "GRANT bailiwick_application TO logins_server WITH INHERIT TRUE");
        assertThat(new ServerLogins(null, "").application(owner).user()).isEqualTo("logins_server");
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
