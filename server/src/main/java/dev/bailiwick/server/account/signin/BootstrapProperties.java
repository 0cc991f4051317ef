package dev.bailiwick.server.account.signin;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the first operator is made, where there is none.
 *
 * @param file where to write, as JSON and readable by its owner only, how to sign in; without it no operator is made
 * @param password generated where none is given
 * @param linkValidity for how long the link works
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
