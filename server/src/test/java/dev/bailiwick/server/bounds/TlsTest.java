package dev.bailiwick.server.bounds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.TestDatabase;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;

/** Tries a handshake with the web port for each cipher suite of this Java. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "management.server.port=-1")
@Import(TestDatabase.class)
class TlsTest {

    private static final X509TrustManager ANYBODY = new X509TrustManager() {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    };

    @LocalServerPort
    private int port;

    @Test
    void speaksNoSuiteWithoutAuthenticatedEncryptionAndForwardSecrecy() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {ANYBODY}, new SecureRandom());
        List<String> tried = new ArrayList<>();
        Set<String> spoken = new TreeSet<>();
        for (String suite : context.getSupportedSSLParameters().getCipherSuites()) {
            if (suite.contains("SCSV") || suite.contains("_anon_") || suite.contains("NULL")) {
                continue;
            }
            tried.add(suite);
            try (SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(60_000);
                socket.setEnabledProtocols(new String[] {suite.contains("_WITH_") ? "TLSv1.2" : "TLSv1.3"});
                socket.setEnabledCipherSuites(new String[] {suite});
                socket.startHandshake();
                spoken.add(socket.getSession().getCipherSuite());
            } catch (SSLHandshakeException refused) {
                assertThat(refused.getMessage())
                        .as(suite)
                        .containsAnyOf("handshake_failure", "protocol_version", "No appropriate protocol");
            }
        }
        assertThat(tried).anyMatch(suite -> suite.contains("_CBC_")).anyMatch(suite -> suite.contains("_DHE_"));
        assertThat(spoken)
                .isSubsetOf(Tls.SUITES)
                .contains("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256")
                .anyMatch(suite -> suite.startsWith("TLS_ECDHE_") && suite.endsWith("AES_128_GCM_SHA256"));
    }
}
