package dev.bailiwick.server.account.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.Mutations;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Public keys, as people paste them, beside what OpenSSH says of them. */
class SshPublicKeyTest {

    private static final String ED25519 =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl anna@laptop";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "ed25519, 256, ssh-ed25519",
        "ecdsa, 256, ecdsa-sha2-nistp256",
        "ecdsa, 384, ecdsa-sha2-nistp384",
        "ecdsa, 521, ecdsa-sha2-nistp521",
        "rsa, 3072, ssh-rsa",
        "rsa, 4096, ssh-rsa"
    })
    void readsWhatOpenSshWritesAndHasItsFingerprint(String type, int bits, String name) throws Exception {
        for (String comment : List.of("", "anna@laptop", "two words", "\u00fcml\u00e4ut")) {
            String line = generate(type, bits, comment);
            SshPublicKey key = SshPublicKey.parse(line);

            assertThat(key.type()).hasToString(name);
            assertThat(key.comment()).isEqualTo(comment);
            // For example: 256 SHA256:47DEQ... anna@laptop (ED25519)
            assertThat(listed(line)).startsWith(key.bits() + " " + key.fingerprint() + " ");
        }
    }

    @Test
    void rejectsWhatIsTooWeakForItAndNotForOpenSsh() throws Exception {
        String line = generate("rsa", 2048, "");
        assertThat(listed(line)).startsWith("2048 ");
        assertRejected(line, "is an RSA key of 2048 bits, which is too weak: the minimum is 3072");
        assertRejected("ssh-dss AAAAB3NzaC1kc3MAAACBAP anna", "is a DSA key, which is too weak");
    }

    @Test
    void storesNoPrivateKey() throws Exception {
        String ignored = generate("ed25519", 256, "");
        String secret = Files.readString(directory.resolve("key"));
        for (String text : List.of(
                secret,
                secret.replace("\n", " "),
                secret.lines().skip(1).findFirst().orElseThrow(),
                ignored + "\n" + secret,
                "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
                "PuTTY-User-Key-File-3: ssh-ed25519")) {
            assertThatThrownBy(() -> SshPublicKey.parse(text))
                    .isInstanceOf(InvalidValue.class)
                    .message()
                    .contains("is a private key, and was not stored")
                    .doesNotContain(text.substring(0, 20));
        }
    }

    @Test
    void rejectsEverythingElseWithItsReason() {
        String key = ED25519.substring("ssh-ed25519 ".length(), ED25519.lastIndexOf(' '));
        assertRejected("", "must have 1 to 4096 characters");
        assertRejected("a".repeat(5000), "must have 1 to 4096 characters");
        assertRejected(ED25519 + "\n" + ED25519, "must be one line with one key");
        assertRejected("no-pty " + ED25519, "must not have options in front");
        assertRejected("command=\"a b\",no-pty " + ED25519, "must not have options in front");
        assertRejected("ssh-ed25519-cert-v01@openssh.com AAAA", "is a certificate: enter the public key itself");
        assertRejected("---- BEGIN SSH2 PUBLIC KEY ----", "must be in the format of OpenSSH");
        assertRejected("ssh-ed448 " + key, "must begin with one of ssh-ed25519, ");
        assertRejected("ssh-ed25519", "is not a whole key: the key must follow its type");
        assertRejected("ssh-ed25519 " + key.substring(0, 40), "is not a whole key");
        assertRejected("ssh-ed25519 " + key + "=", "is not a whole key");
        assertRejected("ssh-ed25519 " + key + "!", "is not a whole key");
        assertRejected("ssh-rsa " + key, "is of another type than its first word says");
        assertRejected(ED25519 + "x".repeat(200), "must have a comment of at most 200 characters");
        assertRejected(ED25519 + "\u202e", "has a comment that is not plain text");
        assertRejected(ED25519 + "\u0007", "has a comment that is not plain text");
    }

    @Test
    void readsEachValueInItsOnlyForm() {
        byte[] point = SshPublicKey.parse(ED25519).blob();
        byte[] e = {1, 0, 1};
        byte[] n = BigInteger.ONE.shiftLeft(3071).add(BigInteger.ONE).toByteArray();
        assertThat(SshPublicKey.parse(line("ssh-rsa", ascii("ssh-rsa"), e, n)).bits())
                .isEqualTo(3072);
        byte[] longer = new byte[n.length + 1];
        System.arraycopy(n, 0, longer, 1, n.length);
        byte[] negative = n.clone();
        negative[1] = (byte) 0x80;
        negative = java.util.Arrays.copyOfRange(negative, 1, negative.length);
        byte[] even = BigInteger.ONE.shiftLeft(3071).toByteArray();
        for (byte[][] wrong : new byte[][][] {
            {ascii("ssh-rsa"), e, longer},
            {ascii("ssh-rsa"), e, negative},
            {ascii("ssh-rsa"), e, even},
            {ascii("ssh-rsa"), e, {}},
            {ascii("ssh-rsa"), {0}, n},
            {ascii("ssh-rsa"), {1}, n},
            {ascii("ssh-rsa"), {0, 1, 0, 1}, n},
            {ascii("ssh-rsa"), {1, 0}, n},
            {ascii("ssh-rsa"), e},
            {ascii("ssh-rsa"), e, n, {}},
            {
                ascii("ssh-rsa"),
                e,
                BigInteger.ONE.shiftLeft(16_384).add(BigInteger.ONE).toByteArray()
            },
            {}
        }) {
            assertThatThrownBy(() -> SshPublicKey.parse(line("ssh-rsa", wrong))).isInstanceOf(InvalidValue.class);
        }
        String curve = "ecdsa-sha2-nistp256";
        byte[] off = new byte[65];
        off[0] = 4;
        for (byte[][] wrong : new byte[][][] {
            {ascii(curve), ascii("nistp256"), off},
            {ascii(curve), ascii("nistp384"), off},
            {ascii(curve), ascii("nistp256"), {0}},
            {ascii(curve), ascii("nistp256"), {}},
        }) {
            assertThatThrownBy(() -> SshPublicKey.parse(line(curve, wrong))).isInstanceOf(InvalidValue.class);
        }
        assertThat(point).hasSize(51);
    }

    @Test
    void readsKeysOfSecurityTokens() {
        String type = "sk-ssh-ed25519@openssh.com";
        SshPublicKey key = SshPublicKey.parse(line(type, ascii(type), new byte[32], ascii("ssh:")));
        assertThat(key.type()).isEqualTo(KeyType.SK_ED25519);
        for (byte[][] wrong : new byte[][][] {
            {ascii(type), new byte[32]},
            {ascii(type), new byte[32], {}},
            {ascii(type), new byte[32], ascii("a\nb")},
            {ascii(type), new byte[31], ascii("ssh:")},
            {ascii(type), new byte[32], ascii("ssh:"), {}}
        }) {
            assertThatThrownBy(() -> SshPublicKey.parse(line(type, wrong))).isInstanceOf(InvalidValue.class);
        }
    }

    /** Also OpenSSH accepts what is accepted of mutated keys, with the same fingerprint. */
    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "ecdsa", "rsa"})
    void standsSeededMutations(String type) throws Exception {
        String line = generate(type, type.equals("rsa") ? 3072 : 256, "anna").strip();
        int[] compared = {0};
        Mutations.tryOn(
                type,
                input -> {
                    String text = new String(input, StandardCharsets.UTF_8);
                    try {
                        SshPublicKey key = SshPublicKey.parse(text);
                        String written = key.type() + " " + Base64.getEncoder().encodeToString(key.blob());
                        assertThat(SshPublicKey.parse(written).fingerprint()).isEqualTo(key.fingerprint());
                        // A process for each would take minutes.
                        if (compared[0]++ < 50) {
                            assertThat(listed(written)).startsWith(key.bits() + " " + key.fingerprint() + " ");
                        }
                    } catch (InvalidValue rejected) {
                        assertThat(rejected.reason()).isNotBlank();
                    }
                },
                line.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertRejected(String line, String reason) {
        assertThatThrownBy(() -> SshPublicKey.parse(line))
                .as(line)
                .isInstanceOf(InvalidValue.class)
                .message()
                .contains(reason);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String line(String type, byte[]... strings) {
        ByteArrayOutputStream blob = new ByteArrayOutputStream();
        for (byte[] string : strings) {
            int length = string.length;
            blob.writeBytes(
                    new byte[] {(byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length});
            blob.writeBytes(string);
        }
        return type + " " + Base64.getEncoder().encodeToString(blob.toByteArray());
    }

    private String generate(String type, int bits, String comment) throws Exception {
        assumeThat(Path.of("/usr/bin/ssh-keygen"))
                .as("ssh-keygen is not installed (apt-get install openssh-client)")
                .exists();
        Path file = directory.resolve("key");
        Files.deleteIfExists(file);
        String _ = run("ssh-keygen", "-q", "-t", type, "-b", "" + bits, "-N", "", "-C", comment, "-f", file.toString());
        return Files.readString(directory.resolve("key.pub"));
    }

    private String listed(String line) {
        try {
            Path file = Files.writeString(directory.resolve("listed"), line + "\n");
            return run("ssh-keygen", "-l", "-f", file.toString());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
