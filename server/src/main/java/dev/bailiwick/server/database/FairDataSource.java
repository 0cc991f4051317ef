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
 * Hands out the connections of a pool in the order in which they were requested. The pool alone lets a new request overtake those
 * that wait.
 *
 * <p>A thread has one connection at a time. If each of many threads requested a second one, none would get it.
 */
final class FairDataSource extends DelegatingDataSource {

    private static final ThreadLocal<Boolean> HAS_CONNECTION = ThreadLocal.withInitial(() -> false);

    private final Semaphore free;
    private final long timeoutMillis;
    private final Supplier<RowAccess> access;

    /** @param access what the statements of the current thread have access to */
    FairDataSource(HikariDataSource pool, Supplier<RowAccess> access) {
        super(pool);
        this.access = access;
        this.free = new Semaphore(pool.getMaximumPoolSize(), true);
        this.timeoutMillis = pool.getConnectionTimeout();
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
        RowAccess _ = access.get();
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
            Connection connection = returnedOnClose(GuardedConnection.around(super.getConnection(), access));
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
