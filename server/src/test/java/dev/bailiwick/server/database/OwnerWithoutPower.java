package dev.bailiwick.server.database;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/** A database whose owner is no superuser, as an administrator sets it up by docs/operating.md. */
final class OwnerWithoutPower {

    static final String OWNER = "plain_owner";
    static final String APPLICATION = "plain_server";
    static final String PASSWORD = "of a test";

    private OwnerWithoutPower() {}

    static void createGroups(JdbcConnectionDetails superuser) throws SQLException {
        for (String role : List.of("bailiwick_application", "bailiwick_everything")) {
            execute(superuser, """
                    DO $$ BEGIN
                        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%1$s') THEN CREATE ROLE %1$s NOLOGIN; END IF;
                    END $$
                    """.formatted(role));
        }
    }

    /** Creates the database, and an owner and an application without its roles; returns the URL. */
    static String create(JdbcConnectionDetails superuser, String database) throws SQLException {
        createGroups(superuser);
        execute(superuser, "CREATE ROLE plain_owner LOGIN PASSWORD 'of a test'");
        execute(superuser, "CREATE ROLE plain_server LOGIN PASSWORD 'of a test'");
        execute(superuser, "GRANT bailiwick_everything TO plain_owner WITH INHERIT TRUE");
        execute(superuser, "CREATE DATABASE " + database + " OWNER plain_owner");
        return superuser.getJdbcUrl().replaceFirst("/[^/?]+(\\?.*)?$", "/" + database);
    }

    static void drop(JdbcConnectionDetails superuser, String database) throws SQLException {
        execute(superuser, "DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
        execute(superuser, "DROP ROLE IF EXISTS logins_server, plain_server, plain_owner");
    }

    static void execute(JdbcConnectionDetails superuser, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(
                        superuser.getJdbcUrl(), superuser.getUsername(), superuser.getPassword());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
