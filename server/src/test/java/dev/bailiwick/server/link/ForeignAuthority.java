package dev.bailiwick.server.link;

import dev.bailiwick.jail.HostId;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Issues copies of our authority's certificates, with its name and their serial numbers, but signed with another key. */
final class ForeignAuthority {

    private ForeignAuthority() {}

    static X509Certificate forged(X509Certificate genuine, HostId host, KeyPair keys) throws Exception {
        Instant now = Instant.now();
        KeyPair own = RawAgent.keys("secp256r1");
        var builder = new JcaX509v3CertificateBuilder(
                X500Name.getInstance(genuine.getIssuerX500Principal().getEncoded()),
                genuine.getSerialNumber(),
                Date.from(now.minusSeconds(60)),
                Date.from(now.plusSeconds(3600)),
                new X500Name("CN=host"),
                keys.getPublic());
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, "urn:bailiwick:host:" + host)));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(own.getPrivate())));
    }
}
