package dev.bailiwick.server.host.certificate;

import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Who this server is.
 *
 * @param authorityFile where to write the authority's certificate, as PEM, for whoever is to trust it; nowhere by default
 * @param names host names and address literals under which browsers and agents reach it, beside those of the loopback
 */
@ConfigurationProperties("bailiwick")
record IdentityProperties(
        @Nullable Path authorityFile, @Nullable Set<String> names) {}
