package dev.bailiwick.server.host.certificate;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.host.HostEvent;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The certificates by which hosts are known. */
@Service
public class HostCertificates {

    private static final int URI_NAME = 6;
    private static final Pattern HOST_URI =
            Pattern.compile(Pattern.quote(CertificateForms.HOST_URI) + "([0-9a-f-]{36})");

    /** Whether the certificate with the serial number {@code :serial} speaks for a {@code host h} at {@code :now}. */
    public static final String ADMITS = """
            EXISTS (SELECT FROM host_certificate c WHERE c.serial = :serial AND c.host_id = h.id
                AND c.revoked_at IS NULL AND c.expires_at > :now)""";

    private final JdbcClient jdbc;
    private final Authority authority;
    private final Audit audit;
    private final Clock clock;

    HostCertificates(JdbcClient jdbc, Authority authority, Audit audit, Clock clock) {
        this.jdbc = jdbc;
        this.authority = authority;
        this.audit = audit;
        this.clock = clock;
    }

    /** Certifies a host's key; the certificate it had before is revoked, and a stream it opened with that one will end. */
    @Transactional(propagation = Propagation.MANDATORY)
    X509Certificate issue(HostId host, PublicKey key) {
        X509Certificate certificate = authority.certifyHost(host, key);
        revoke(host);
        jdbc.sql("INSERT INTO host_certificate (serial, host_id, issued_at, expires_at) VALUES (?, ?, ?, ?)")
                .params(
                        serial(certificate),
                        host.value(),
                        Timestamp.from(clock.instant()),
                        Timestamp.from(certificate.getNotAfter().toInstant()))
                .update();
        return certificate;
    }

    /** Which host this certificate, already known to be of our authority, speaks for; empty where it speaks for none any more. */
    public Optional<HostId> hostOf(X509Certificate certificate) {
        return claimed(certificate)
                .filter(host -> jdbc.sql("""
                                SELECT 1 FROM host_certificate c JOIN host h ON h.id = c.host_id
                                WHERE c.serial = ? AND c.host_id = ? AND c.revoked_at IS NULL AND c.expires_at > ?
                                    AND h.retired_at IS NULL
                                """)
                        .params(serial(certificate), host.value(), Timestamp.from(clock.instant()))
                        .query(Integer.class)
                        .optional()
                        .isPresent());
    }

    /** Shuts the host out at once; it comes back by joining again, with a new token. */
    @Transactional
    public void revoke(Caller caller, HostId host) {
        caller.require(Scope.HOSTS_WRITE);
        revoke(host);
        audit.record(caller.actor(), Subject.of("host", host), new HostEvent.CertificateRevoked());
    }

    private void revoke(HostId host) {
        jdbc.sql("UPDATE host_certificate SET revoked_at = ? WHERE host_id = ? AND revoked_at IS NULL")
                .params(Timestamp.from(clock.instant()), host.value())
                .update();
        // Wakes the session of the host, wherever it is: that looks at the certificate again.
        jdbc.sql("SELECT notify_after_commit('host_changed', ?)")
                .param(host.toString())
                .query((row, number) -> number)
                .list();
    }

    private static Optional<HostId> claimed(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return Optional.empty();
            }
            return names.stream()
                    .filter(name -> Integer.valueOf(URI_NAME).equals(name.get(0)))
                    .map(name -> HOST_URI.matcher(String.valueOf(name.get(1))))
                    .filter(java.util.regex.Matcher::matches)
                    .map(uri -> new HostId(UUID.fromString(uri.group(1))))
                    .findFirst();
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
    }

    /** As {@link #ADMITS} compares it. */
    public static String serial(X509Certificate certificate) {
        return certificate.getSerialNumber().toString(16);
    }
}
