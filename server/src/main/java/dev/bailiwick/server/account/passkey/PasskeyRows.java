package dev.bailiwick.server.account.passkey;

import dev.bailiwick.server.account.UserId;
import java.nio.ByteBuffer;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.web.webauthn.api.AuthenticatorTransport;
import org.springframework.security.web.webauthn.api.Bytes;
import org.springframework.security.web.webauthn.api.CredentialRecord;
import org.springframework.security.web.webauthn.api.ImmutableCredentialRecord;
import org.springframework.security.web.webauthn.api.ImmutablePublicKeyCose;
import org.springframework.security.web.webauthn.management.UserCredentialRepository;

/** The passkeys that work under one name of the server, as Spring Security reads and writes them. */
final class PasskeyRows implements UserCredentialRepository {

    private final JdbcClient jdbc;
    private final String serverName;

    PasskeyRows(JdbcClient jdbc, String serverName) {
        this.jdbc = jdbc;
        this.serverName = serverName;
    }

    /** The handle by which devices know a user: the user's id. */
    static Bytes handle(UserId user) {
        UUID id = user.value();
        return new Bytes(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array());
    }

    /** Returns the user with this handle; empty if it is not one. */
    static Optional<UserId> user(Bytes handle) {
        if (handle.getBytes().length != 2 * Long.BYTES) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.wrap(handle.getBytes());
        return Optional.of(new UserId(new UUID(bytes.getLong(), bytes.getLong())));
    }

    /** Stores a new passkey, or what a sign-in has changed of one. */
    @Override
    public void save(CredentialRecord passkey) {
        UserId user = user(passkey.getUserEntityUserId()).orElseThrow();
        jdbc.sql("""
                        INSERT INTO passkey (id, user_id, credential_id, name, server_name, public_key, attestation, client_data,
                            signature_count, user_verified, backup_eligible, backup_state, transports, created_at)
                        VALUES (gen_random_uuid(), :user, :credential, :name, :server, :key, :attestation, :data,
                            :count, :verified, :eligible, :backup, string_to_array(:transports, ' '), :created)
                        ON CONFLICT (credential_id) DO UPDATE SET signature_count = :count, user_verified = :verified,
                            backup_eligible = :eligible, backup_state = :backup, last_used_at = :used
                        WHERE passkey.user_id = :user
                        """)
                .param("user", user.value())
                .param("credential", passkey.getCredentialId().getBytes())
                .param("name", passkey.getLabel())
                .param("server", serverName)
                .param("key", passkey.getPublicKey().getBytes())
                .param("attestation", bytes(passkey.getAttestationObject()))
                .param("data", bytes(passkey.getAttestationClientDataJSON()))
                .param("count", passkey.getSignatureCount())
                .param("verified", passkey.isUvInitialized())
                .param("eligible", passkey.isBackupEligible())
                .param("backup", passkey.isBackupState())
                .param(
                        "transports",
                        passkey.getTransports().stream()
                                .map(AuthenticatorTransport::getValue)
                                .collect(Collectors.joining(" ")))
                .param("created", Timestamp.from(passkey.getCreated()))
                .param("used", Timestamp.from(passkey.getLastUsed()))
                .update();
    }

    private static byte[] bytes(@Nullable Bytes some) {
        return some == null ? new byte[0] : some.getBytes();
    }

    @Override
    public @Nullable CredentialRecord findByCredentialId(Bytes credential) {
        return jdbc.sql("SELECT * FROM passkey WHERE credential_id = ? AND server_name = ?")
                .params(credential.getBytes(), serverName)
                .query((row, number) -> read(row))
                .optional()
                .orElse(null);
    }

    @Override
    public List<CredentialRecord> findByUserId(Bytes handle) {
        return jdbc.sql("SELECT * FROM passkey WHERE user_id = ? AND server_name = ? ORDER BY created_at")
                .params(user(handle).orElseThrow().value(), serverName)
                .query((row, number) -> read(row))
                .list();
    }

    @Override
    public void delete(Bytes credential) {
        jdbc.sql("DELETE FROM passkey WHERE credential_id = ?")
                .param(credential.getBytes())
                .update();
    }

    private static CredentialRecord read(ResultSet row) throws SQLException {
        Timestamp used = row.getTimestamp("last_used_at");
        Timestamp created = row.getTimestamp("created_at");
        Array transports = row.getArray("transports");
        return ImmutableCredentialRecord.builder()
                .credentialId(new Bytes(row.getBytes("credential_id")))
                .userEntityUserId(handle(new UserId(row.getObject("user_id", UUID.class))))
                .publicKey(new ImmutablePublicKeyCose(row.getBytes("public_key")))
                .signatureCount(row.getLong("signature_count"))
                .uvInitialized(row.getBoolean("user_verified"))
                .backupEligible(row.getBoolean("backup_eligible"))
                .backupState(row.getBoolean("backup_state"))
                .attestationObject(new Bytes(row.getBytes("attestation")))
                .attestationClientDataJSON(new Bytes(row.getBytes("client_data")))
                .transports(Arrays.stream((String[]) transports.getArray())
                        .map(AuthenticatorTransport::valueOf)
                        .collect(Collectors.toUnmodifiableSet()))
                .label(row.getString("name"))
                .created(created.toInstant())
                .lastUsed((used == null ? created : used).toInstant())
                .build();
    }
}
