package dev.bailiwick.agent.link.identity;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts a server if its certificate chain contains the authority with a known fingerprint, and is valid under that authority by the
 * usual rules, host name included.
 */
final class PinnedTrust extends X509ExtendedTrustManager {

    private final byte[] fingerprint;

    /** @param fingerprint SHA-256 of the authority's certificate */
    PinnedTrust(byte[] fingerprint) {
        this.fingerprint = fingerprint.clone();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        Tls.pkix(authorityAmong(chain)).checkServerTrusted(chain, authType, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        Tls.pkix(authorityAmong(chain)).checkServerTrusted(chain, authType, socket);
    }

    private X509Certificate authorityAmong(X509Certificate[] chain) throws CertificateException {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (X509Certificate certificate : chain) {
                if (MessageDigest.isEqual(fingerprint, sha256.digest(certificate.getEncoded()))) {
                    return certificate;
                }
            }
        } catch (GeneralSecurityException e) {
            throw new CertificateException("The server's certificates are invalid", e);
        }
        throw new CertificateException(
                "The server is not the one the token is for: none of its certificates has the fingerprint "
                        + HexFormat.of().formatHex(fingerprint));
    }

    /** Rejects every server: without an engine or socket, the host name cannot be checked. */
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("The host name cannot be checked");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("An agent serves no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("An agent serves no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("An agent serves no clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
