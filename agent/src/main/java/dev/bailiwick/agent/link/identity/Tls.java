package dev.bailiwick.agent.link.identity;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Creates the agent's two kinds of TLS 1.3 context: for a server that the agent knows by fingerprint, and for the server that it
 * joined. They use the JDK's implementation, because netty's would unpack a native library into a shared temporary directory and
 * load it as root.
 */
final class Tls {

    /**
     * A server would prefer AES-GCM. The processor does that fast only for code of the second compiler of Java, which an agent does without: 30 MiB
     * in a second against 99 with this.
     */
    private static final String CIPHER = "TLS_CHACHA20_POLY1305_SHA256";

    private Tls() {}

    static SslContext toJoin(JoinToken token) throws SSLException {
        return context(SslContextBuilder.forClient().trustManager(new PinnedTrust(token.fingerprintBytes())));
    }

    /** Returns a context that trusts only the stored authority. */
    static SslContext of(Identity identity) throws SSLException {
        return context(SslContextBuilder.forClient()
                .trustManager(pkix(identity.authority()))
                .keyManager(identity.key(), identity.certificate(), identity.authority()));
    }

    private static SslContext context(SslContextBuilder builder) throws SSLException {
        return GrpcSslContexts.configure(builder, SslProvider.JDK)
                .ciphers(List.of(CIPHER))
                .protocols("TLSv1.3")
                .build();
    }

    static X509ExtendedTrustManager pkix(X509Certificate authority) {
        try {
            KeyStore roots = KeyStore.getInstance("PKCS12");
            roots.load(null, null);
            roots.setCertificateEntry("authority", authority);
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(roots);
            return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("This Java cannot trust a single certificate", e);
        }
    }
}
