package dev.bailiwick.server.host.certificate;

import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The settings of this server's identity.
 *
 * @param authorityFile the file for the authority's certificate, as PEM, for programs that have to trust it; not written if absent
 * @param names host names and address literals that browsers and agents connect to, in addition to the loopback addresses
 */
@ConfigurationProperties("bailiwick")
record IdentityProperties(
        @Nullable Path authorityFile, @Nullable Set<String> names) {}
