package dev.bailiwick.server.host.certificate;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.secret.SealingKey;
import dev.bailiwick.server.secret.SecretUnusable;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The certificate authority of this installation: one root, created on the first start and stored in the database with its key
 * sealed. It signs the certificates of hosts and of the server's own ports.
 */
public final class Authority {

    private static final String PURPOSE = "authority key";
    /** The number of the advisory lock for creating the root; nothing else uses this number. */
    private static final long ROOT_LOCK = 0x6261_696c_6977_636bL;

    private final Root root;
    private final Set<String> names;
    private final CertificateForms forms;

    private record Root(KeyPair keys, X509Certificate certificate) {}

    /**
     * Reads the root. The first replica that gets the lock creates it; the others read it.
     *
     * @param names host names and address literals of this server, in addition to the loopback addresses
     */
    Authority(DataSource database, SealingKey sealing, Set<String> names, Clock clock) {
        this.names = Set.copyOf(names);
        this.forms = new CertificateForms(clock);
        JdbcClient jdbc = JdbcClient.create(database);
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(database));
        this.root = transaction.execute(status -> {
            jdbc.sql("SELECT pg_advisory_xact_lock(:lock)")
                    .param("lock", ROOT_LOCK)
                    .query()
                    .singleRow();
            return read(jdbc, sealing).orElseGet(() -> make(jdbc, sealing));
        });
    }

    private static Optional<Root> read(JdbcClient jdbc, SealingKey sealing) {
        return jdbc.sql("SELECT certificate, sealed_key FROM authority")
                .query((row, number) -> {
                    X509Certificate certificate = CertificateForms.parse(row.getBytes("certificate"));
                    byte[] key = sealing.open(row.getBytes("sealed_key"), PURPOSE);
                    return new Root(keys(certificate.getPublicKey(), key), certificate);
                })
                .optional();
    }

    private Root make(JdbcClient jdbc, SealingKey sealing) {
        KeyPair keys = newKeys();
        X509Certificate certificate = forms.root(keys);
        try {
            jdbc.sql("INSERT INTO authority (certificate, sealed_key) VALUES (:certificate, :key)")
                    .param("certificate", certificate.getEncoded())
                    .param("key", sealing.seal(keys.getPrivate().getEncoded(), PURPOSE))
                    .update();
        } catch (CertificateException e) {
            throw new IllegalStateException("A new certificate has no encoding", e);
        }
        return new Root(keys, certificate);
    }

    public X509Certificate certificate() {
        return root.certificate();
    }

    /**
     * Returns the SHA-256 of the root certificate's DER form, in hexadecimal: a host verifies the authority by it before it trusts
     * the authority.
     */
    public String fingerprint() {
        return HexFormat.of().formatHex(CertificateForms.sha256(root.certificate()));
    }

    /** Creates a key and a certificate for this server's configured names, the loopback addresses, and {@code alsoNames}. */
    public ServerIdentity serverIdentity(Set<String> alsoNames) {
        Set<String> all = new LinkedHashSet<>(List.of("localhost", "127.0.0.1", "::1"));
        all.addAll(names);
        all.addAll(alsoNames);
        KeyPair keys = newKeys();
        X509Certificate certificate =
                forms.server(new ArrayList<>(all), keys.getPublic(), root.certificate(), signing());
        return new ServerIdentity(keys.getPrivate(), List.of(certificate, root.certificate()));
    }

    /** Issues a certificate for a host's key, which identifies the host on the link for a year. */
    X509Certificate certifyHost(HostId host, PublicKey key) {
        return forms.host(host, key, root.certificate(), signing());
    }

    private PrivateKey signing() {
        return root.keys().getPrivate();
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no P-256", e);
        }
    }

    private static KeyPair keys(PublicKey publicKey, byte[] encodedPrivateKey) {
        try {
            return new KeyPair(
                    publicKey,
                    KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encodedPrivateKey)));
        } catch (GeneralSecurityException e) {
            throw new SecretUnusable("The authority's key in the database is not an EC key", e);
        }
    }
}
