package dev.bailiwick.server.ssh;

import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.secret.SealingKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.Optional;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** The key by which clients know this installation (Ed25519). The first replica creates it; it is stored sealed. */
@Component
class HostKey {

    private static final long LOCK = 0x6261696c_73736831L;
    private static final String PURPOSE = "SSH host key";
    private static final int BITS = 256;

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final SealingKey sealing;
    private final Clock clock;

    HostKey(JdbcClient jdbc, TransactionOperations transactions, SealingKey sealing, Clock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.sealing = sealing;
        this.clock = clock;
    }

    /** Returns the key; creates it if there is none. */
    KeyPair read() {
        byte[] stored = RowAccess.everything()
                .call(() -> transactions.execute(status -> {
                    jdbc.sql("SELECT pg_advisory_xact_lock(:lock)")
                            .param("lock", LOCK)
                            .query()
                            .singleRow();
                    return find().orElseGet(this::create);
                }));
        return parse(stored);
    }

    private Optional<byte[]> find() {
        return jdbc.sql("SELECT sealed_key FROM ssh_host_key")
                .query(byte[].class)
                .optional()
                .map(stored -> sealing.open(stored, PURPOSE));
    }

    private byte[] create() {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        try {
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(
                    KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, BITS), "", null, written);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Bouncy Castle has Ed25519", e);
        }
        jdbc.sql("INSERT INTO ssh_host_key (sealed_key, created_at) VALUES (:key, :now)")
                .param("key", sealing.seal(written.toByteArray(), PURPOSE))
                .param("now", Timestamp.from(clock.instant()))
                .update();
        return written.toByteArray();
    }

    private static KeyPair parse(byte[] key) {
        try {
            return SecurityUtils.loadKeyPairIdentities(null, () -> PURPOSE, new ByteArrayInputStream(key), null)
                    .iterator()
                    .next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The stored " + PURPOSE + " is none", e);
        }
    }
}
