package dev.bailiwick.server.host.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityFileTest {

    @Test
    void othersReadTheCertificateThatWasWritten(@TempDir Path directory) throws Exception {
        X509Certificate certificate = certificate();
        Path made = directory.resolve("made");
        Path file = made.resolve("authority.pem");
        AuthorityFile.write(certificate(), file);
        AuthorityFile.write(certificate, file);
        try (var stream = Files.newInputStream(file)) {
            assertThat(CertificateFactory.getInstance("X.509").generateCertificates(stream))
                    .hasSize(1)
                    .first()
                    .isEqualTo(certificate);
        }
        assertThat(made.toFile().list()).containsExactly("authority.pem");
    }

    private static X509Certificate certificate() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return new CertificateForms(Clock.systemUTC()).root(generator.generateKeyPair());
    }
}
