package dev.bailiwick.server.database;

import java.nio.file.Path;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Connects the server to the embedded database, if a directory for it is configured and no other database. */
@Configuration(proxyBeanMethods = false)
@Conditional(DatabaseConfiguration.EmbeddedDatabaseCondition.class)
class DatabaseConfiguration {

    @Bean
    EmbeddedDatabase embeddedDatabase(DatabaseProperties properties) {
        Path directory = properties.embeddedDirectory();
        if (directory == null) {
            throw new IllegalStateException("Conditional on the directory");
        }
        return EmbeddedDatabase.open(directory, properties.port(), SystemUser.unprivileged(properties.runAs()));
    }

    @Bean
    JdbcConnectionDetails embeddedDatabaseConnection(EmbeddedDatabase database) {
        return new Connection(database.url(), database.password());
    }

    private record Connection(String url, String password) implements JdbcConnectionDetails {
        @Override
        public String getUsername() {
            return "postgres";
        }

        @Override
        public String getPassword() {
            return password;
        }

        @Override
        public String getJdbcUrl() {
            return url;
        }

        @Override
        public String toString() {
            return url;
        }
    }

    static final class EmbeddedDatabaseCondition extends SpringBootCondition {
        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            var environment = context.getEnvironment();
            return new ConditionOutcome(
                    environment.containsProperty("bailiwick.database.embedded-directory")
                            && !environment.containsProperty("spring.datasource.url"),
                    "bailiwick.database.embedded-directory without spring.datasource.url");
        }
    }
}
