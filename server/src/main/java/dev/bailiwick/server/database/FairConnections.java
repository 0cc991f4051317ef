package dev.bailiwick.server.database;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Makes the server's connection pool {@linkplain FairDataSource fair}. */
@Configuration(proxyBeanMethods = false)
class FairConnections {

    @Bean
    static BeanPostProcessor fairDataSource() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof HikariDataSource pool ? new FairDataSource(pool) : bean;
            }
        };
    }

    /** Flyway has two connections: one holds the lock, the other migrates. */
    @Bean
    FlywayConfigurationCustomizer flywayConnections() {
        return flyway -> {
            try {
                flyway.dataSource(flyway.getDataSource().unwrap(HikariDataSource.class));
            } catch (SQLException e) {
                throw new IllegalStateException("The data source is no connection pool", e);
            }
        };
    }
}
