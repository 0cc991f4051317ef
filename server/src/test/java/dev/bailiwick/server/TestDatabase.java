package dev.bailiwick.server;

import dev.bailiwick.server.database.TestThreads;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * A real PostgreSQL with an empty database for each application context: in a container if an engine is available, otherwise from
 * the embedded binaries, with one PostgreSQL for each JVM. Use: {@code @SpringBootTest @Import(TestDatabase.class)}.
 */
@TestConfiguration(proxyBeanMethods = false)
@Import({TestDatabase.InContainer.class, TestDatabase.Embedded.class, TestThreads.Connections.class})
public class TestDatabase {

    private static boolean containersAvailable() {
        return Availability.CONTAINERS;
    }

    private static final class Availability {
        private static final boolean CONTAINERS = DockerClientFactory.instance().isDockerAvailable();

        static {
            System.out.println(
                    "Tests use PostgreSQL " + (CONTAINERS ? "in a container" : "from the embedded binaries"));
        }
    }

    /** With a container engine. */
    @TestConfiguration(proxyBeanMethods = false)
    @Conditional(InContainer.Available.class)
    static class InContainer {

        @Bean
        @ServiceConnection
        PostgreSQLContainer postgres() {
            return new PostgreSQLContainer("postgres:18");
        }

        /** Whether a container engine is available. */
        static final class Available implements Condition {
            @Override
            public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
                return containersAvailable();
            }
        }
    }

    /** Without a container engine. */
    @TestConfiguration(proxyBeanMethods = false)
    @Conditional(Embedded.Needed.class)
    static class Embedded {

        private static final AtomicInteger DATABASES = new AtomicInteger();

        @Bean
        JdbcConnectionDetails freshDatabase() throws SQLException {
            String name = "test" + DATABASES.incrementAndGet();
            try (var connection = Server.RUNNING.getPostgresDatabase().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("CREATE DATABASE " + name);
            }
            return new Connection(Server.RUNNING.getJdbcUrl("postgres", name));
        }

        private record Connection(String url) implements JdbcConnectionDetails {
            @Override
            public String getUsername() {
                return "postgres";
            }

            @Override
            public String getPassword() {
                return "postgres";
            }

            @Override
            public String getJdbcUrl() {
                return url;
            }
        }

        private static final class Server {
            private static final EmbeddedPostgres RUNNING = start();

            private static EmbeddedPostgres start() {
                try {
                    return EmbeddedPostgres.builder()
                            .setPort(Ports.take())
                            .setServerConfig("max_connections", "600")
                            .start();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        /** Whether no container engine is available. */
        static final class Needed implements Condition {
            @Override
            public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
                return !containersAvailable();
            }
        }
    }
}
