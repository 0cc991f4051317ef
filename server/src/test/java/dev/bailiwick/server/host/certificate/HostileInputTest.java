package dev.bailiwick.server.host.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.Mutations;
import java.security.PublicKey;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** Whatever a machine sends to join, it gets a certificate only for a key that it has proved to have. */
class HostileInputTest {

    /** A request for a key that was created for this test and discarded. */
    private static final byte[] REQUEST = Base64.getDecoder()
            .decode(
                    "MIHLMHICAQAwEDEOMAwGA1UEAwwFd2ViLTEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATqkC9AoN+VjV3UR/qYAIFboevuFsqm"
                            + "MbIuXEUnIVcfUfxp4DhsRcpGQZPe6y++phwM9Pn6orYQkR4LmrEMqON5oAAwCgYIKoZIzj0EAwIDSQAwRgIhANd25Hm8OBiIXHcR"
                            + "+Od3tApe36JAcKS89cfb3S7PsD45AiEAm6loOzi9X1LWoEPP/YtX0tDIvsu0bo37BNrfUKEcArs=");

    @Test
    void takesNoKeyButTheOneThatSigned() {
        PublicKey key = CertificateRequests.verifiedKey(REQUEST);
        assertThat(key.getAlgorithm()).isEqualTo("EC");
        Mutations.tryOn(
                "CERTIFICATE_REQUEST",
                input -> {
                    try {
                        assertThat(CertificateRequests.verifiedKey(input)).isEqualTo(key);
                    } catch (InvalidCertificateRequest e) {
                        assertThat(e.getMessage()).isNotEmpty();
                    }
                },
                REQUEST);
    }
}
