package dev.bailiwick.server.host.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.TestDatabase;
import dev.bailiwick.server.secret.SealingKey;
import dev.bailiwick.server.secret.SecretUnusable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Import(TestDatabase.class)
class AuthorityTest {

    @Autowired
    private DataSource database;

    @Autowired
    private JdbcClient jdbc;

    @TempDir
    private Path directory;

    @BeforeEach
    void takeTheAuthorityAway() {
        jdbc.sql("CREATE TABLE authority_before AS SELECT * FROM authority").update();
        jdbc.sql("DELETE FROM authority").update();
    }

    /** Restores the authority: other tests share this database, and have servers with that authority. */
    @AfterEach
    void putTheAuthorityBack() {
        jdbc.sql("DELETE FROM authority").update();
        jdbc.sql("INSERT INTO authority SELECT * FROM authority_before").update();
        jdbc.sql("DROP TABLE authority_before").update();
    }

    @Test
    void replicasThatStartTogetherAgreeOnOneRoot() throws Exception {
        Path secret = directory.resolve("secret");
        Callable<String> start = () -> authority(secret).fingerprint();
        try (ExecutorService replicas = Executors.newVirtualThreadPerTaskExecutor()) {
            Set<String> fingerprints = replicas.invokeAll(Collections.nCopies(6, start)).stream()
                    .map(Future::resultNow)
                    .collect(Collectors.toSet());
            assertThat(fingerprints).hasSize(1);
        }
    }

    @Test
    void laterStartVouchesWithTheSameKey() throws Exception {
        Path secret = directory.resolve("secret");
        X509Certificate first = authority(secret).certificate();
        ServerIdentity identity = authority(secret).serverIdentity(Set.of());
        identity.chain().getFirst().verify(first.getPublicKey());
        assertThat(identity.chain().getLast()).isEqualTo(first);
    }

    @Test
    void refusesToStartWithAnotherSecretFile() {
        authority(directory.resolve("secret"));
        assertThatThrownBy(() -> authority(directory.resolve("another")))
                .isInstanceOf(SecretUnusable.class)
                .hasMessageContaining("another key");
    }

    @Test
    void keepsTheSecretFileToItsOwner() throws IOException {
        Path secret = directory.resolve("deep/secret");
        SealingKey.in(secret);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                .isEqualTo("rw-------");
        assertThat(directory.resolve("deep").toFile().list()).containsExactly("secret");
    }

    @Test
    void refusesSecretFileThatIsNotAKey() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "aGVsbG8=\n");
        assertThatThrownBy(() -> SealingKey.in(secret))
                .isInstanceOf(SecretUnusable.class)
                .hasMessageContaining("holds 5");
    }

    @Test
    void sealedSecretOpensUnderItsOwnPurposeOnly() {
        SealingKey sealing = SealingKey.in(directory.resolve("secret"));
        byte[] sealed = sealing.seal(new byte[] {1, 2, 3}, "one thing");
        assertThat(sealing.open(sealed, "one thing")).containsExactly(1, 2, 3);
        assertThatThrownBy(() -> sealing.open(sealed, "another thing")).isInstanceOf(SecretUnusable.class);
        sealed[sealed.length - 1] ^= 1;
        assertThatThrownBy(() -> sealing.open(sealed, "one thing")).isInstanceOf(SecretUnusable.class);
    }

    @Test
    void keepsNoReadableKeyInTheDatabase() {
        authority(directory.resolve("secret"));
        byte[] kept =
                jdbc.sql("SELECT sealed_key FROM authority").query(byte[].class).single();
        // All unencrypted EC keys contain their algorithm, 1.2.840.10045.2.1.
        assertThat(HexFormat.of().formatHex(kept)).doesNotContain("2a8648ce3d0201");
    }

    @Test
    void serverCertificateNamesWhatIsConfiguredAndTheLoopback() throws Exception {
        X509Certificate certificate = authority(directory.resolve("secret"))
                .serverIdentity(Set.of("203.0.113.7"))
                .chain()
                .getFirst();
        assertThat(certificate.getSubjectAlternativeNames().stream().map(name -> String.valueOf(name.get(1))))
                .containsExactlyInAnyOrder("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1", "panel.example", "203.0.113.7");
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    }

    @Test
    void hostCertificateSaysWhichHostAndServesClientsOnly() throws Exception {
        Authority authority = authority(directory.resolve("secret"));
        HostId host = new HostId(UUID.fromString("0198f0a0-0000-7000-8000-000000000001"));
        X509Certificate certificate = authority.certifyHost(
                host, authority.serverIdentity(Set.of()).chain().getFirst().getPublicKey());
        assertThat(List.copyOf(certificate.getSubjectAlternativeNames()))
                .isEqualTo(List.of(List.of(6, "urn:bailiwick:host:0198f0a0-0000-7000-8000-000000000001")));
        assertThat(certificate.getSerialNumber().signum()).isPositive();

        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        roots.setCertificateEntry("root", authority.certificate());
        trust.init(roots);
        X509TrustManager pkix = (X509TrustManager) trust.getTrustManagers()[0];
        X509Certificate[] chain = {certificate, authority.certificate()};
        pkix.checkClientTrusted(chain, "EC");
        assertThatThrownBy(() -> pkix.checkServerTrusted(chain, "EC")).isInstanceOf(CertificateException.class);
    }

    private Authority authority(Path secret) {
        return new Authority(database, SealingKey.in(secret), Set.of("panel.example"), Clock.systemUTC());
    }
}
