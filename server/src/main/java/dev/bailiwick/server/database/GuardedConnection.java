package dev.bailiwick.server.database;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives each transaction, before its first statement, access to the rows that its thread may read and write, unless a connection of
 * this kind begins with that access. What is given ends with the transaction, so a pooled connection carries nothing to its next user.
 * A statement outside of a transaction gets one of its own, if it needs another access.
 *
 * <p>INVARIANT: {@link #given} is the access of the current transaction, or null if that is not certain.
 */
final class GuardedConnection {

    /** One round trip for a transaction; it takes the BEGIN along, which the driver sends together with the first statement. */
    private static final String GIVE = """
            SELECT set_config('role', ?, true), set_config('bailiwick.user', ?, true), set_config('bailiwick.customers', ?, true)
            """;

    private final Connection connection;
    private final RowAccess initial;
    private final Supplier<RowAccess> access;
    private @Nullable RowAccess given;

    private GuardedConnection(Connection connection, RowAccess initial, Supplier<RowAccess> access) {
        this.connection = connection;
        this.initial = initial;
        this.access = access;
        this.given = initial;
    }

    /**
     * @param initial the access with which each transaction of the connection begins
     * @param access what the statements of the current thread have access to
     */
    static Connection around(Connection connection, RowAccess initial, Supplier<RowAccess> access) {
        GuardedConnection guarded = new GuardedConnection(connection, initial, access);
        return proxy(Connection.class, guarded::onConnection);
    }

    private @Nullable Object onConnection(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        switch (method.getName()) {
            // The end of a transaction also ends its access.
            case "commit", "close", "abort" -> given = initial;
            // Back at a savepoint, the transaction has the access that it had there.
            case "rollback" -> given = arguments == null ? initial : null;
            case "setAutoCommit" -> {
                boolean ends = arguments != null
                        && !Boolean.valueOf(connection.getAutoCommit()).equals(arguments[0]);
                given = ends ? initial : given;
            }
            default -> {}
        }
        Object result = invoke(connection, method, arguments);
        return result instanceof Statement statement
                ? proxy((Class<?>) method.getReturnType(), (_, call, values) -> onStatement(statement, call, values))
                : result;
    }

    private @Nullable Object onStatement(Statement statement, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (!method.getName().startsWith("execute")) {
            return invoke(statement, method, arguments);
        }
        RowAccess wanted = access.get();
        if (!connection.getAutoCommit()) {
            give(wanted);
            return invoke(statement, method, arguments);
        }
        if (wanted.equals(initial)) {
            return invoke(statement, method, arguments);
        }
        return alone(wanted, statement, method, arguments);
    }

    /** Executes the statement in a transaction of its own. The driver has read its result completely when the transaction ends. */
    private @Nullable Object alone(
            RowAccess wanted, Statement statement, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        connection.setAutoCommit(false);
        try {
            give(wanted);
            Object result = invoke(statement, method, arguments);
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException e) {
            rollBack(e);
            throw e;
        } finally {
            given = initial;
            if (!connection.isClosed()) {
                connection.setAutoCommit(true);
            }
        }
    }

    private void rollBack(Exception cause) {
        try {
            if (!connection.isClosed()) {
                connection.rollback();
            }
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private void give(RowAccess wanted) throws SQLException {
        if (wanted.equals(given)) {
            return;
        }
        try (PreparedStatement giving = connection.prepareStatement(GIVE)) {
            switch (wanted) {
                case RowAccess.Nothing() -> fill(giving, "none", "", "");
                case RowAccess.Everything() -> fill(giving, DatabaseLogin.EVERYTHING, "", "");
                case RowAccess.OfUser(UUID user, Set<UUID> customers) ->
                    fill(
                            giving,
                            "none",
                            user.toString(),
                            customers.stream().map(UUID::toString).collect(Collectors.joining(",")));
            }
            giving.execute();
        }
        given = wanted;
    }

    private static void fill(PreparedStatement giving, String role, String user, String customers) throws SQLException {
        giving.setString(1, role);
        giving.setString(2, user);
        giving.setString(3, customers);
    }

    private static @Nullable Object invoke(Object target, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(GuardedConnection.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
