package dev.bailiwick.server.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.bailiwick.server.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.jdbc.PgConnection;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;

/** Pools of one connection each, so that each test would find what another transaction left. */
@SpringJUnitConfig(TestDatabase.class)
class GuardedConnectionTest {

    private static final String ASK =
            "SELECT current_user || ' ' || coalesce(current_setting('bailiwick.user', true), '')";

    @Autowired
    private JdbcConnectionDetails details;

    private HikariDataSource pool;
    private HikariDataSource everything;
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
        everything = FairDataSource.everything(pool);
        database = new FairDataSource(pool, everything, () -> access);
        OwnerWithoutPower.createGroups(details);
        login = details.getUsername() + " ";
    }

    @AfterEach
    void close() {
        everything.close();
        pool.close();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void givesEachStatementItsAccess(RowAccess kind) throws SQLException {
        UUID user = UUID.randomUUID();
        try (Connection connection = connection(kind)) {
            connection.setAutoCommit(false);
            access = RowAccess.nothing();
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

    @ParameterizedTest
    @MethodSource("kinds")
    void leavesNothingToTheNextTransaction(RowAccess kind) throws SQLException {
        try (Connection connection = connection(kind)) {
            connection.setAutoCommit(false);
            access = RowAccess.everything();
            assertThat(asked(connection)).isEqualTo("bailiwick_everything ");
            connection.commit();
            access = RowAccess.nothing();
            assertThat(asked(connection)).isEqualTo(login);
            access = new RowAccess.OfUser(UUID.randomUUID(), Set.of());
            assertThat(asked(connection)).isNotEqualTo(login);
        }
        try (Connection connection = connection(kind)) {
            access = RowAccess.nothing();
            assertThat(asked(connection)).isEqualTo(login);
            access = RowAccess.everything();
            assertThat(asked(connection)).isEqualTo("bailiwick_everything ");
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void knowsWhatASavepointBringsBack(RowAccess kind) throws SQLException {
        try (Connection connection = connection(kind)) {
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

    @ParameterizedTest
    @MethodSource("kinds")
    void givesAStatementOutsideOfATransactionOneOfItsOwn(RowAccess kind) throws SQLException {
        UUID user = UUID.randomUUID();
        try (Connection connection = connection(kind)) {
            access = RowAccess.everything();
            assertThat(asked(connection)).isEqualTo("bailiwick_everything ");
            assertThat(connection.getAutoCommit()).isTrue();
            assertThatThrownBy(() -> connection.createStatement().execute("SELECT 1 / 0"))
                    .isInstanceOf(SQLException.class);
            assertThat(asked(connection)).as("after a failure").isEqualTo("bailiwick_everything ");
            access = new RowAccess.OfUser(user, Set.of());
            assertThat(asked(connection)).isEqualTo(login + user);
            access = RowAccess.nothing();
            assertThat(asked(connection)).isEqualTo(login);
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }

    /** Without it, each transaction of the role that sees everything would need a round trip. */
    @Test
    void beginsWithEverythingOnlyForThatAccess() throws SQLException {
        try (Connection connection = connection(RowAccess.everything())) {
            assertThat(asked(connection.unwrap(PgConnection.class))).isEqualTo("bailiwick_everything ");
        }
        for (RowAccess other : List.of(RowAccess.nothing(), new RowAccess.OfUser(UUID.randomUUID(), Set.of()))) {
            try (Connection connection = connection(other)) {
                assertThat(asked(connection.unwrap(PgConnection.class))).isEqualTo(login);
            }
        }
    }

    private static Stream<RowAccess> kinds() {
        return Stream.of(RowAccess.nothing(), RowAccess.everything());
    }

    /** Returns a connection whose transactions begin with this access. */
    private Connection connection(RowAccess initial) throws SQLException {
        access = initial;
        return database.getConnection();
    }

    private static String asked(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement(ASK);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }
}
