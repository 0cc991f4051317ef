package dev.bailiwick.server.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * What a test reads and writes by itself, it does as the owner of the tables. The server's own threads, and a request that a test makes
 * as a caller, use the server's login, to which row-level security applies; so does what states its access.
 *
 * <p>As an extension, it knows the threads of tests and those that they start.
 */
public final class TestThreads implements InvocationInterceptor, BeforeEachCallback, AfterEachCallback {

    private static final InheritableThreadLocal<Boolean> OF_TEST = new InheritableThreadLocal<>();

    @FunctionalInterface
    private interface Invoked<T extends @Nullable Object> {
        T proceed() throws Throwable;
    }

    private static <T extends @Nullable Object> T asTest(Invoked<T> invocation) throws Throwable {
        Boolean before = OF_TEST.get();
        OF_TEST.set(true);
        try {
            return invocation.proceed();
        } finally {
            OF_TEST.set(before);
        }
    }

    /** The server has no work in the common pool, whose threads inherit nothing. */
    private static boolean isOfTest() {
        return Boolean.TRUE.equals(OF_TEST.get())
                || Thread.currentThread().getName().startsWith("ForkJoinPool.commonPool-");
    }

    /** Runs {@code work} as a thread of the server would. */
    public static <T, X extends Throwable> T asServer(ScopedValue.CallableOp<T, X> work) throws X {
        Boolean before = OF_TEST.get();
        OF_TEST.set(false);
        try {
            return work.call();
        } finally {
            OF_TEST.set(before);
        }
    }

    @Override
    public void interceptBeforeAllMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        asTest(invocation::proceed);
    }

    @Override
    public <T> T interceptTestClassConstructor(
            Invocation<T> invocation, ReflectiveInvocationContext<Constructor<T>> constructor, ExtensionContext context)
            throws Throwable {
        return asTest(invocation::proceed);
    }

    /** First of all extensions, so that it also covers what they do. The context is there already. */
    @Override
    public void beforeEach(ExtensionContext context) {
        OF_TEST.set(true);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        OF_TEST.remove();
    }

    @Override
    public void interceptAfterAllMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        asTest(invocation::proceed);
    }

    /** Gives the threads of tests connections of the owner. */
    @TestConfiguration(proxyBeanMethods = false)
    public static class Connections {

        @Bean
        static BeanPostProcessor ownersConnections(
                ObjectProvider<JdbcConnectionDetails> details, ObjectProvider<CallerAccess> caller) {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    return bean instanceof FairDataSource server
                            ? new EitherDataSource(server, details.getObject(), caller)
                            : bean;
                }
            };
        }
    }

    private static final class EitherDataSource extends DelegatingDataSource implements AutoCloseable {

        private final HikariDataSource pool;
        private final FairDataSource owner;
        private final ObjectProvider<CallerAccess> caller;

        EitherDataSource(FairDataSource server, JdbcConnectionDetails details, ObjectProvider<CallerAccess> caller) {
            super(server);
            HikariConfig config = new HikariConfig();
            HikariDataSource like = unwrapped(server);
            config.setPoolName("owner");
            config.setJdbcUrl(details.getJdbcUrl());
            config.setMaximumPoolSize(like.getMaximumPoolSize());
            config.setConnectionTimeout(like.getConnectionTimeout());
            config.setValidationTimeout(like.getValidationTimeout());
            config.setConnectionInitSql(like.getConnectionInitSql());
            config.setMinimumIdle(0);
            config.setUsername(details.getUsername());
            config.setPassword(details.getPassword());
            config.setInitializationFailTimeout(-1);
            this.pool = new HikariDataSource(config);
            this.owner = new FairDataSource(pool, FairDataSource.everything(pool), RowAccess::nothing);
            this.caller = caller;
        }

        private static HikariDataSource unwrapped(DataSource source) {
            try {
                return source.unwrap(HikariDataSource.class);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public Connection getConnection() throws SQLException {
            boolean owns = isOfTest()
                    && !StatedAccess.CURRENT.isBound()
                    && caller.getIfAvailable(() -> RowAccess::nothing).current().equals(RowAccess.nothing());
            return owns ? owner.getConnection() : super.getConnection();
        }

        @Override
        public void close() {
            pool.close();
        }
    }
}
