package dev.bailiwick.server.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.bailiwick.server.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;

/** A pool of one connection, so that each test would find what another transaction left. */
@SpringJUnitConfig(TestDatabase.class)
class GuardedConnectionTest {

    private static final String ASK =
            "SELECT current_user || ' ' || coalesce(current_setting('bailiwick.user', true), '')";

    @Autowired
    private JdbcConnectionDetails details;

    private HikariDataSource pool;
    private FairDataSource database;
    private String login;
    private RowAccess access = RowAccess.nothing();

    @BeforeEach
    void open() throws SQLException {
        pool = new HikariDataSource();
        pool.setJdbcUrl(details.getJdbcUrl());
        pool.setUsername(details.getUsername());
        pool.setPassword(details.getPassword());
        pool.setMaximumPoolSize(1);
        database = new FairDataSource(pool, () -> access);
        OwnerWithoutPower.createGroups(details);
        login = details.getUsername() + " ";
    }

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void givesEachStatementItsAccess() throws SQLException {
        UUID user = UUID.randomUUID();
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            assertThat(asked(connection)).isEqualTo(login);
            access = RowAccess.everything();
            assertThat(asked(connection)).isEqualTo("bailiwick_everything ");
            access = new RowAccess.OfUser(user, Set.of());
            assertThat(asked(connection)).isEqualTo(login + user);
            access = RowAccess.everything();
            assertThat(asked(connection)).isEqualTo("bailiwick_everything ");
            // Ends no transaction.
            connection.setAutoCommit(false);
            access = RowAccess.nothing();
            assertThat(asked(connection)).isEqualTo(login);
            connection.rollback();
        }
    }

    @Test
    void leavesNothingToTheNextTransaction() throws SQLException {
        access = RowAccess.everything();
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            assertThat(asked(connection)).isEqualTo("bailiwick_everything ");
            connection.commit();
            access = RowAccess.nothing();
            assertThat(asked(connection)).isEqualTo(login);
            access = new RowAccess.OfUser(UUID.randomUUID(), Set.of());
            assertThat(asked(connection)).isNotEqualTo(login);
        }
        access = RowAccess.nothing();
        try (Connection connection = database.getConnection()) {
            assertThat(asked(connection)).isEqualTo(login);
        }
    }

    @Test
    void knowsWhatASavepointBringsBack() throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            access = RowAccess.everything();
            assertThat(asked(connection)).isEqualTo("bailiwick_everything ");
            Savepoint savepoint = connection.setSavepoint();
            access = RowAccess.nothing();
            assertThat(asked(connection)).isEqualTo(login);
            connection.rollback(savepoint);
            assertThat(asked(connection)).isEqualTo(login);
            connection.rollback();
        }
    }

    @Test
    void givesAStatementOutsideOfATransactionOneOfItsOwn() throws SQLException {
        access = RowAccess.everything();
        try (Connection connection = database.getConnection()) {
            assertThat(asked(connection)).isEqualTo("bailiwick_everything ");
            assertThat(connection.getAutoCommit()).isTrue();
            assertThatThrownBy(() -> connection.createStatement().execute("SELECT 1 / 0"))
                    .isInstanceOf(SQLException.class);
            assertThat(asked(connection)).as("after a failure").isEqualTo("bailiwick_everything ");
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }

    private static String asked(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement(ASK);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }
}
