package dev.bailiwick.server.database;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the embedded database is.
 *
 * @param embeddedDirectory its files; without it, or with {@code spring.datasource.url}, there is no embedded database
 * @param port on the loopback
 * @param runAs whom PostgreSQL runs as where the server is root, which PostgreSQL refuses to be; by default {@code postgres}, or
 *     {@code nobody} where there is no such user
 */
@ConfigurationProperties("bailiwick.database")
record DatabaseProperties(
        @Nullable Path embeddedDirectory,
        @DefaultValue("54329") int port,
        @Nullable String runAs) {}
