package dev.bailiwick.server.host.certificate;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** Reads certificate requests (PKCS #10, RFC 2986) of machines that are not authenticated yet. */
final class CertificateRequests {

    private static final int MAX_BYTES = 4096;

    private CertificateRequests() {}

    /**
     * Returns the public key of the request; its signature proves that the sender has the private key.
     *
     * @throws InvalidCertificateRequest if it is not a request for a P-256 key, or not signed with that key
     */
    static PublicKey verifiedKey(byte[] der) {
        if (der.length > MAX_BYTES) {
            throw new InvalidCertificateRequest("the request is longer than " + MAX_BYTES + " bytes", null);
        }
        try {
            JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(der);
            requireP256(request.getSubjectPublicKeyInfo());
            PublicKey key = request.getPublicKey();
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new InvalidCertificateRequest("the request is not signed with its own key", null);
            }
            return key;
        } catch (IOException
                | GeneralSecurityException
                | PKCSException
                | OperatorCreationException
                // The parser throws these at some malformed structures.
                | IllegalArgumentException
                | IllegalStateException
                | ClassCastException
                | NullPointerException
                | IndexOutOfBoundsException e) {
            throw new InvalidCertificateRequest("the message is not a certificate request", e);
        }
    }

    private static void requireP256(SubjectPublicKeyInfo key) {
        if (!key.getAlgorithm().getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)
                || !SECObjectIdentifiers.secp256r1.equals(key.getAlgorithm().getParameters())) {
            throw new InvalidCertificateRequest("the request is not for a P-256 key", null);
        }
    }
}
