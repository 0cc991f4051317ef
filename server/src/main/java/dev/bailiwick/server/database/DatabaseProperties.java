package dev.bailiwick.server.database;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of the embedded database.
 *
 * @param embeddedDirectory its files; without it, or with {@code spring.datasource.url}, there is no embedded database
 * @param port on the loopback address
 * @param runAs the user that PostgreSQL runs as if the server is root, as PostgreSQL refuses to run as root; by default {@code
 *     postgres}, or {@code nobody} if there is no such user
 */
@ConfigurationProperties("bailiwick.database")
record DatabaseProperties(
        @Nullable Path embeddedDirectory,
        @DefaultValue("54329") int port,
        @Nullable String runAs) {}
