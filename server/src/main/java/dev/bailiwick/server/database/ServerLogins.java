package dev.bailiwick.server.database;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * The two roles that a server signs in as: the owner of the tables, for migrations, and the application, to which row-level security
 * applies. If the configured role is the owner and may create roles, the application's role is created; its password follows from the
 * owner's, so that all replicas know it.
 */
final class ServerLogins {

    private static final String GUIDE = "; see \"The roles of the database\" in docs/operating.md";

    /** The beginning of the comment on a role that a server created; the name of its database follows. */
    private static final String MARK = "Bailiwick signs in as this role to the database ";

    private final @Nullable String migratingUser;
    private final String migratingPassword;
    private @Nullable DatabaseLogin owner;

    /** @param migratingUser the role for migrations; null if none is configured beside that of the data source */
    ServerLogins(@Nullable String migratingUser, String migratingPassword) {
        this.migratingUser = migratingUser;
        this.migratingPassword = migratingPassword;
    }

    /** Returns the login for migrations; empty if the server does not have it, and so does not migrate. */
    Optional<DatabaseLogin> owner() {
        return Optional.ofNullable(owner);
    }

    /**
     * Returns the login of the application.
     *
     * @param configured the login of the data source
     * @throws DatabaseUnusable if it owns the tables or is a superuser, and may not create another role
     */
    DatabaseLogin application(DatabaseLogin configured) {
        if (migratingUser != null) {
            owner = new DatabaseLogin(configured.url(), migratingUser, migratingPassword);
            return configured;
        }
        try (Connection connection = configured.connect();
                var statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT rolsuper, rolsuper OR rolcreaterole AS creates, current_database() AS name,
                            rolsuper OR rolbypassrls OR pg_has_role((SELECT datdba FROM pg_database WHERE datname = current_database()), 'USAGE')
                                OR EXISTS (SELECT FROM pg_class WHERE relname = 'jail' AND pg_has_role(relowner, 'USAGE')) AS owns
                        FROM pg_roles WHERE rolname = current_user
                        """)) {
            row.next();
            if (!row.getBoolean("owns")) {
                return configured;
            }
            if (!row.getBoolean("creates") || configured.password().isEmpty()) {
                throw new DatabaseUnusable("The role " + configured.user()
                        + " owns the tables or is not subject to row-level security, and cannot create the role of the application: "
                        + "create it, and configure it as spring.datasource.username, and this one as spring.flyway.user"
                        + GUIDE);
            }
            owner = configured;
            String name = row.getString("name");
            String role = name.substring(0, Math.min(name.length(), 50)) + "_server";
            DatabaseLogin application =
                    new DatabaseLogin(configured.url(), role, derivedPassword(configured.password(), role));
            create(connection, application);
            return application;
        } catch (SQLException e) {
            throw new DatabaseUnusable("PostgreSQL cannot be asked about the role " + configured, e);
        }
    }

    /**
     * Creates the role, or gives it this password. Replicas that start together take turns.
     *
     * @throws DatabaseUnusable if the role exists, and a server of this database has not created it
     */
    private static void create(Connection connection, DatabaseLogin role) throws SQLException {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_xact_lock(hashtext('bailiwick roles'))");
            switch (existing(connection, role.user())) {
                case NONE -> {
                    String name = statement.enquoteIdentifier(role.user(), true);
                    statement.execute("CREATE ROLE " + name + " LOGIN");
                    statement.execute("COMMENT ON ROLE " + name + " IS "
                            + statement.enquoteLiteral(MARK + connection.getCatalog()));
                }
                case OURS -> {}
                case ANOTHER ->
                    throw new DatabaseUnusable("The role " + role.user()
                            + " exists already, and is not that of a server of this database, so its password is not changed: rename it, or"
                            + " create another one, and configure it as spring.datasource.username, and the owner as spring.flyway.user"
                            + GUIDE);
            }
            // Hashes the password here, so that the log of PostgreSQL never has it.
            connection
                    .unwrap(PGConnection.class)
                    .alterUserPassword(role.user(), role.password().toCharArray(), "scram-sha-256");
        }
        connection.commit();
    }

    /** What a role of the name is that a server of this database would create. */
    private enum Existing {
        NONE,
        OURS,
        ANOTHER
    }

    /** Earlier versions left no comment, but gave the role the privileges of the application. */
    private static Existing existing(Connection connection, String role) throws SQLException {
        try (PreparedStatement asked = connection.prepareStatement("""
                SELECT CASE
                    WHEN said = ? || current_database() THEN 'OURS'
                    WHEN said IS NULL AND EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                        WHERE m.member = r.oid AND g.rolname = 'bailiwick_application') THEN 'OURS'
                    ELSE 'ANOTHER' END
                FROM pg_roles r, shobj_description(r.oid, 'pg_authid') AS said WHERE rolname = ?
                """)) {
            asked.setString(1, MARK);
            asked.setString(2, role);
            ResultSet row = asked.executeQuery();
            return row.next() ? Existing.valueOf(row.getString(1)) : Existing.NONE;
        }
    }

    /**
     * Checks that the owner sees the rows that it migrates; to be called before the migrations.
     *
     * @throws DatabaseUnusable if row-level security hides them
     */
    void requireMigratable() {
        DatabaseLogin migrating = Objects.requireNonNull(owner, "The server has no login for migrations");
        try (Connection connection = migrating.connect();
                var statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'jail' AND relnamespace = current_schema()::regnamespace
                                AND relforcerowsecurity)
                            AND NOT (rolsuper OR rolbypassrls)
                            AND NOT EXISTS (SELECT FROM pg_roles g WHERE g.rolname = 'bailiwick_everything' AND pg_has_role(g.oid, 'USAGE'))
                        FROM pg_roles WHERE rolname = current_user
                        """)) {
            row.next();
            if (row.getBoolean(1)) {
                throw new DatabaseUnusable("The role " + migrating.user()
                        + " does not inherit bailiwick_everything, so migrations would change no rows: as a superuser, GRANT"
                        + " bailiwick_everything TO " + migrating.user() + " WITH INHERIT TRUE" + GUIDE);
            }
        } catch (SQLException e) {
            throw new DatabaseUnusable("PostgreSQL cannot be asked about the role " + migrating, e);
        }
    }

    /** Gives the application's role what it needs, if it lacks it, as the owner; to be called after the migrations. */
    void grant(DatabaseLogin application) {
        DatabaseLogin granting = Objects.requireNonNull(owner, "The server has no login for migrations");
        try (Connection connection = granting.connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT pg_advisory_xact_lock(hashtext('bailiwick roles'))");
            // Also for tables that another role has created, or that a restore has brought back without privileges.
            statement.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "
                    + statement.enquoteIdentifier(connection.getSchema(), true)
                    + " TO bailiwick_application, bailiwick_everything");
            statement.execute(
                    "REVOKE INSERT, UPDATE, DELETE ON flyway_schema_history FROM bailiwick_application, bailiwick_everything");
            String role = statement.enquoteIdentifier(application.user(), true);
            if (fault(connection, application.user()).isPresent()) {
                statement.execute("GRANT bailiwick_application TO " + role + " WITH INHERIT TRUE");
                statement.execute("GRANT bailiwick_everything TO " + role + " WITH INHERIT FALSE, SET TRUE");
            }
            connection.commit();
        } catch (SQLException e) {
            throw new DatabaseUnusable(
                    "The role " + granting.user() + " cannot grant " + application.user() + " its roles" + GUIDE, e);
        }
    }

    /** @throws DatabaseUnusable if row-level security does not apply to the connections of the pool, or they lack a role */
    static void requireRestricted(DataSource pool) {
        try (Connection connection = pool.getConnection()) {
            String user = connection.getMetaData().getUserName();
            fault(connection, user).ifPresent(fault -> {
                throw new DatabaseUnusable("The role " + user + " " + fault + GUIDE);
            });
        } catch (SQLException e) {
            throw new DatabaseUnusable("PostgreSQL cannot be asked about the role of the server", e);
        }
    }

    private static Optional<String> fault(Connection connection, String role) throws SQLException {
        try (PreparedStatement asked = connection.prepareStatement("""
                SELECT CASE
                    WHEN rolsuper THEN 'is a superuser'
                    WHEN rolbypassrls THEN 'has BYPASSRLS'
                    WHEN EXISTS (SELECT FROM pg_class WHERE relname = 'jail' AND pg_has_role(r.oid, relowner, 'MEMBER'))
                        THEN 'owns the tables'
                    WHEN pg_has_role(r.oid, 'bailiwick_everything', 'USAGE') THEN 'inherits bailiwick_everything'
                    WHEN NOT pg_has_role(r.oid, 'bailiwick_everything', 'SET') THEN 'cannot become bailiwick_everything'
                    WHEN NOT pg_has_role(r.oid, 'bailiwick_application', 'USAGE') THEN 'does not inherit bailiwick_application'
                    END
                FROM pg_roles r WHERE rolname = ?
                """)) {
            asked.setString(1, role);
            ResultSet row = asked.executeQuery();
            return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.of("does not exist");
        }
    }

    private static String derivedPassword(String password, String role) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(password.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(("bailiwick login " + role).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has HMAC-SHA256", e);
        }
    }
}
