package dev.bailiwick.server.account.signin;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings for creating the first operator, if there is none.
 *
 * @param file the file for the credentials, as JSON and readable only by its owner; without it no operator is created
 * @param password generated if absent
 * @param linkValidity how long the sign-in link works
 */
@ConfigurationProperties("bailiwick.bootstrap")
record BootstrapProperties(
        @Nullable Path file,
        @DefaultValue("admin") String login,
        @Nullable String password,
        @DefaultValue("24h") Duration linkValidity) {

    @Override
    public String toString() {
        return "BootstrapProperties[file=" + file + ", login=" + login + "]";
    }
}
