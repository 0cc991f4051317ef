package dev.bailiwick.server.host.certificate;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.host.HostEvent;
import dev.bailiwick.server.host.HostName;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Lets a machine join as a host: it uses a token and gets a certificate for its key. */
@Service
public class Enrolments {

    private final StoredJoinTokens tokens;
    private final HostCertificates certificates;
    private final Authority authority;
    private final JdbcClient jdbc;
    private final Audit audit;

    Enrolments(
            StoredJoinTokens tokens, HostCertificates certificates, Authority authority, JdbcClient jdbc, Audit audit) {
        this.tokens = tokens;
        this.certificates = certificates;
        this.authority = authority;
        this.jdbc = jdbc;
        this.audit = audit;
    }

    /** The data for a host that has joined. */
    public record Admission(HostId host, HostName name, X509Certificate certificate, X509Certificate authority) {}

    /**
     * Uses the token and issues a certificate.
     *
     * @param request PKCS #10 in DER, for a P-256 key; its subject is ignored
     * @throws InvalidCertificateRequest if the request is invalid; the token can still be used
     * @throws JoinTokenRefused if the token is unknown, used or expired
     */
    @Transactional
    public Admission join(String token, byte[] request) {
        PublicKey key = CertificateRequests.verifiedKey(request);
        HostId host = tokens.spend(token).orElseThrow(JoinTokenRefused::new);
        X509Certificate certificate = certificates.issue(host, key);
        HostName name = new HostName(jdbc.sql("SELECT name FROM host WHERE id = ?")
                .param(host.value())
                .query(String.class)
                .single());
        audit.record(
                "host:" + host,
                Subject.of("host", host),
                new HostEvent.Joined(certificate.getSerialNumber().toString(16)));
        return new Admission(host, name, certificate, authority.certificate());
    }
}
