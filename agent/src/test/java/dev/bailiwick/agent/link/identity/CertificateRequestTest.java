package dev.bailiwick.agent.link.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateRequestTest {

    @TempDir
    private Path directory;

    @Test
    void opensslReadsAndVerifiesIt() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed");
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        Path request = directory.resolve("request.der");
        // The length of a signature varies with its two numbers, and so does the encoding of that length.
        for (int round = 0; round < 10; round++) {
            String name = "n".repeat(1 + 7 * round);
            Files.write(request, CertificateRequest.of(generator.generateKeyPair(), name));
            Process openssl = new ProcessBuilder(
                            "openssl", "req", "-inform", "DER", "-in", request.toString(), "-verify", "-noout", "-text")
                    .redirectErrorStream(true)
                    .start();
            String said = new String(openssl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(openssl.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(openssl.exitValue()).as(said).isZero();
            assertThat(said).contains("verify OK", "CN = " + name, "ecdsa-with-SHA256", "prime256v1");
        }
    }
}
