package dev.bailiwick.server.host.certificate;

import dev.bailiwick.jail.HostId;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Creates the three kinds of certificates: for the root, a server and a host (RFC 5280). */
final class CertificateForms {

    /** The prefix of the URI among the alternative names of a host's certificate; the host's id follows. */
    static final String HOST_URI = "urn:bailiwick:host:";

    private static final Duration ROOT_LIFE = Duration.ofDays(20 * 365);
    /** Browsers reject server certificates that are valid for longer than 398 days. */
    private static final Duration SERVER_LIFE = Duration.ofDays(397);

    private static final Duration HOST_LIFE = Duration.ofDays(365);
    /** Certificates are valid from an hour ago, as a peer's clock may be behind ours. */
    private static final Duration CLOCK_LEEWAY = Duration.ofHours(1);

    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    CertificateForms(Clock clock) {
        this.clock = clock;
    }

    X509Certificate root(KeyPair keys) {
        // The number in the name distinguishes installations in a browser's list of authorities.
        X500Name name = new X500Name("CN=Bailiwick authority " + Integer.toHexString(random.nextInt()));
        return make(name, name, keys.getPublic(), ROOT_LIFE, keys.getPrivate(), builder -> {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        });
    }

    X509Certificate server(List<String> names, PublicKey key, X509Certificate issuer, PrivateKey signing) {
        GeneralName[] alternatives = names.stream()
                .map(name -> new GeneralName(isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name))
                .toArray(GeneralName[]::new);
        return make(nameOf(issuer), new X500Name("CN=Bailiwick server"), key, SERVER_LIFE, signing, builder -> {
            endEntity(builder, key, issuer, KeyPurposeId.id_kp_serverAuth);
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
        });
    }

    X509Certificate host(HostId host, PublicKey key, X509Certificate issuer, PrivateKey signing) {
        GeneralName uri = new GeneralName(GeneralName.uniformResourceIdentifier, HOST_URI + host);
        return make(nameOf(issuer), new X500Name("CN=Bailiwick host " + host), key, HOST_LIFE, signing, builder -> {
            endEntity(builder, key, issuer, KeyPurposeId.id_kp_clientAuth);
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(uri));
        });
    }

    private static void endEntity(
            JcaX509v3CertificateBuilder builder, PublicKey key, X509Certificate issuer, KeyPurposeId purpose)
            throws CertIOException, GeneralSecurityException {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
        JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
        builder.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                identifiers.createAuthorityKeyIdentifier(issuer.getPublicKey()));
        builder.addExtension(Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(key));
    }

    private interface Extensions {
        void addTo(JcaX509v3CertificateBuilder builder) throws CertIOException, GeneralSecurityException;
    }

    private X509Certificate make(
            X500Name issuer,
            X500Name subject,
            PublicKey key,
            Duration life,
            PrivateKey signing,
            Extensions extensions) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        // 127 random bits with the lowest set: positive, and unique without a counter that replicas share.
        BigInteger serial = new BigInteger(127, random).setBit(0);
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer, serial, Date.from(now.minus(CLOCK_LEEWAY)), Date.from(now.plus(life)), subject, key);
        try {
            extensions.addTo(builder);
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signing)));
        } catch (CertIOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("A certificate for " + subject + " cannot be created", e);
        }
    }

    private static X500Name nameOf(X509Certificate issuer) {
        return X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded());
    }

    private static boolean isAddress(String name) {
        return ADDRESS.matcher(name).matches();
    }

    static X509Certificate parse(byte[] der) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new IllegalStateException("The database holds a certificate that cannot be read", e);
        }
    }

    static byte[] sha256(X509Certificate certificate) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no SHA-256", e);
        }
    }
}
