package dev.bailiwick.server.database;

import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Hands out the connections of two pools in the order in which they were requested: of one whose transactions begin with access to
 * nothing, and of one whose transactions begin with access to everything, so that work with that access, which is most of it, spends no
 * round trip on it. A pool alone lets a new request overtake those that wait.
 *
 * <p>A thread has one connection at a time. If each of many threads requested a second one, none would get it.
 */
final class FairDataSource extends DelegatingDataSource {

    private static final ThreadLocal<Boolean> HAS_CONNECTION = ThreadLocal.withInitial(() -> false);

    private final HikariDataSource everything;
    private final Semaphore free;
    private final long timeoutMillis;
    private final Supplier<RowAccess> access;

    /**
     * @param pool bounds how many connections of both pools are in use
     * @param everything as {@link #everything} creates it
     * @param access what the statements of the current thread have access to
     */
    FairDataSource(HikariDataSource pool, HikariDataSource everything, Supplier<RowAccess> access) {
        super(pool);
        this.everything = everything;
        this.access = access;
        this.free = new Semaphore(pool.getMaximumPoolSize(), true);
        this.timeoutMillis = pool.getConnectionTimeout();
    }

    /** Returns another pool like this one, whose connections become the role that sees everything. It is empty until the first request. */
    static HikariDataSource everything(HikariDataSource pool) {
        HikariDataSource everything = new HikariDataSource();
        pool.copyStateTo(everything);
        everything.setPoolName("everything");
        String role = "SET ROLE " + DatabaseLogin.EVERYTHING;
        everything.setConnectionInitSql(
                pool.getConnectionInitSql() == null ? role : pool.getConnectionInitSql() + "; " + role);
        // As for later connections: a request says that the database is unavailable.
        everything.setInitializationFailTimeout(-1);
        return everything;
    }

    /**
     * @throws SQLTransientConnectionException if no connection becomes free within the pool's connection timeout
     * @throws IllegalStateException if this thread has a connection
     */
    @Override
    public Connection getConnection() throws SQLException {
        if (HAS_CONNECTION.get()) {
            throw new IllegalStateException("This thread has a connection: a second one could exhaust the pool");
        }
        // Reads who the caller is, if that is not known yet, which takes a connection too.
        RowAccess initial = access.get() instanceof RowAccess.Everything ? RowAccess.everything() : RowAccess.nothing();
        try {
            if (!free.tryAcquire(timeoutMillis, TimeUnit.MILLISECONDS)) {
                throw new SQLTransientConnectionException(
                        "No connection to PostgreSQL became free within " + timeoutMillis + " ms");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException("Interrupted while waiting for a connection to PostgreSQL", e);
        }
        try {
            Connection pooled =
                    initial.equals(RowAccess.everything()) ? everything.getConnection() : super.getConnection();
            Connection connection = returnedOnClose(GuardedConnection.around(pooled, initial, access));
            HAS_CONNECTION.set(true);
            return connection;
        } catch (SQLException | RuntimeException e) {
            free.release();
            throw e;
        }
    }

    /** Returns how many threads wait for a connection. */
    int waiting() {
        return free.getQueueLength();
    }

    private Connection returnedOnClose(Connection connection) {
        AtomicBoolean open = new AtomicBoolean(true);
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (_, method, arguments) -> {
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        if (method.getName().equals("close") && open.getAndSet(false)) {
                            HAS_CONNECTION.remove();
                            free.release();
                        }
                    }
                });
    }
}
