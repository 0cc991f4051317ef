package dev.bailiwick.server.database;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Makes the server's connection pool {@linkplain FairDataSource fair}, and has it sign in as a role to which row-level security
 * applies. Migrations sign in as the owner of the tables.
 */
@Configuration(proxyBeanMethods = false)
class FairConnections {

    private static final String OWNER = "spring.flyway.user";

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE) // The post-processor needs it before there are others.
    static ServerLogins serverLogins(Environment environment) {
        return new ServerLogins(environment.getProperty(OWNER), environment.getProperty("spring.flyway.password", ""));
    }

    @Bean
    static Pooling fairDataSource(ServerLogins logins, ObjectProvider<CallerAccess> caller) {
        return new Pooling(logins, caller);
    }

    /** What the pool signs in as, for connections beside it. */
    @Bean
    DatabaseLogin applicationLogin(DataSource database) throws SQLException {
        return DatabaseLogin.of(database.unwrap(HikariDataSource.class));
    }

    /** Flyway has two connections beside the pool: one holds the lock, the other migrates. */
    @Bean
    FlywayConfigurationCustomizer flywayConnections(ServerLogins logins, DatabaseLogin application) {
        return flyway -> {
            DatabaseLogin login = logins.owner().orElse(application);
            flyway.dataSource(new DriverManagerDataSource(login.url(), login.user(), login.password()));
        };
    }

    /** Without the owner's login, the server does not migrate, and refuses a database that lacks a migration. */
    @Bean
    FlywayMigrationStrategy migrations(ServerLogins logins, DatabaseLogin application, DataSource database) {
        return flyway -> {
            if (logins.owner().isPresent()) {
                logins.requireMigratable();
                flyway.migrate();
                logins.grant(application);
            } else {
                flyway.validate();
            }
            ServerLogins.requireRestricted(database);
        };
    }

    /** Wraps the pool before other post-processors, which know it by its own type; with it goes the pool for access to everything. */
    static final class Pooling implements DestructionAwareBeanPostProcessor, Ordered {

        private final ServerLogins logins;
        private final ObjectProvider<CallerAccess> caller;
        private final Map<HikariDataSource, HikariDataSource> everything = new ConcurrentHashMap<>();

        Pooling(ServerLogins logins, ObjectProvider<CallerAccess> caller) {
            this.logins = logins;
            this.caller = caller;
        }

        @Override
        public int getOrder() {
            return LOWEST_PRECEDENCE;
        }

        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
            if (!(bean instanceof HikariDataSource pool)) {
                return bean;
            }
            DatabaseLogin login = logins.application(DatabaseLogin.of(pool));
            pool.setJdbcUrl(login.url());
            pool.setUsername(login.user());
            pool.setPassword(login.password());
            return new FairDataSource(pool, everything.computeIfAbsent(pool, FairDataSource::everything), this::access);
        }

        @Override
        public boolean requiresDestruction(Object bean) {
            return bean instanceof HikariDataSource;
        }

        @Override
        public void postProcessBeforeDestruction(Object bean, String name) {
            HikariDataSource second = bean instanceof HikariDataSource pool ? everything.remove(pool) : null;
            if (second != null) {
                second.close();
            }
        }

        private RowAccess access() {
            if (StatedAccess.CURRENT.isBound()) {
                return StatedAccess.CURRENT.get();
            }
            CallerAccess known = caller.getIfAvailable();
            return known == null ? RowAccess.nothing() : known.current();
        }
    }
}
