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
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The certificates that identify hosts. */
@Service
public class HostCertificates {

    private static final int URI_NAME = 6;
    private static final Pattern HOST_URI =
            Pattern.compile(Pattern.quote(CertificateForms.HOST_URI) + "([0-9a-f-]{36})");

    /**
     * A condition: the certificate with the serial number {@code :serial} identifies the {@code host h} at the time {@code :now}.
     */
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

    /**
     * Issues a certificate for a host's key. The host's former certificate is revoked, and a stream that was opened with it ends.
     */
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

    /**
     * Returns the host that this certificate identifies; empty if it was revoked or expired, or the host is retired. The caller has
     * checked that the authority signed it.
     */
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

    /** Returns which of these certificates still identify their hosts, see {@link #hostOf}; all by their serial numbers. */
    public Set<String> valid(Set<String> serials) {
        return jdbc.sql("""
                        SELECT c.serial FROM host_certificate c JOIN host h ON h.id = c.host_id
                        WHERE c.serial IN (:serials) AND c.revoked_at IS NULL AND c.expires_at > :now AND h.retired_at IS NULL
                        """)
                .param("serials", serials)
                .param("now", Timestamp.from(clock.instant()))
                .query((row, _) -> row.getString("serial"))
                .set();
    }

    /** Revokes the host's certificate at once. To return, the host has to join again with a new token. */
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
        // Wakes the session of the host on any replica, which then checks the certificate again.
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

    /** Returns the serial number in the form that {@link #ADMITS} compares. */
    public static String serial(X509Certificate certificate) {
        return certificate.getSerialNumber().toString(16);
    }
}
