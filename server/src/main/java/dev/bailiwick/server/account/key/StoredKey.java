package dev.bailiwick.server.account.key;

import dev.bailiwick.server.account.SshKeyId;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "ssh_key")
class StoredKey {

    @Id
    private UUID id;

    @Column(name = "user_id")
    private UUID user;

    private String type;

    private int bits;

    private byte[] blob;

    private String fingerprint;

    private String comment;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "last_used_at", insertable = false, updatable = false)
    private @Nullable Instant lastUsedAt;

    @Column(name = "added_by")
    private @Nullable UUID addedBy;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields.
    protected StoredKey() {}

    StoredKey(UserId user, Optional<TokenId> by, SshPublicKey key, Instant createdAt) {
        this.id = SshKeyId.fresh().value();
        this.user = user.value();
        this.type = key.type().toString();
        this.bits = key.bits();
        this.blob = key.blob();
        this.fingerprint = key.fingerprint();
        this.comment = key.comment();
        this.createdAt = createdAt;
        this.addedBy = by.map(TokenId::value).orElse(null);
    }

    UserId user() {
        return new UserId(user);
    }

    SshKey view() {
        return new SshKey(
                new SshKeyId(id),
                user(),
                type,
                bits,
                fingerprint,
                comment,
                type + " " + Base64.getEncoder().encodeToString(blob),
                addedBy == null ? null : new TokenId(addedBy),
                createdAt,
                lastUsedAt);
    }
}
