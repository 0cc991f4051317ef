package dev.bailiwick.server.account.token;

import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "api_token")
class StoredToken {

    @Id
    private UUID id;

    @Column(name = "user_id")
    private UUID user;

    private String name;

    @SuppressWarnings("UnusedVariable") // Only the database compares it.
    private byte[] hash;

    private String prefix;

    private String[] scopes;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "expires_at")
    private @Nullable Instant expiresAt;

    @Column(name = "last_used_at", insertable = false, updatable = false)
    private @Nullable Instant lastUsedAt;

    @Column(name = "revoked_at")
    private @Nullable Instant revokedAt;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields.
    protected StoredToken() {}

    StoredToken(UserId user, TokenRequest request, Secret secret, Instant createdAt) {
        this.id = TokenId.fresh().value();
        this.user = user.value();
        this.name = request.name();
        this.hash = secret.hash();
        this.prefix = secret.prefix();
        this.scopes = request.scopes().stream().sorted().map(Scope::toString).toArray(String[]::new);
        this.createdAt = createdAt;
        this.expiresAt = request.expiresAt();
    }

    void revoke(Instant now) {
        if (revokedAt == null) {
            revokedAt = now;
        }
    }

    UserId user() {
        return new UserId(user);
    }

    Token view() {
        return new Token(new TokenId(id), user(), name, prefix, scopes(), createdAt, expiresAt, lastUsedAt, revokedAt);
    }

    private Set<Scope> scopes() {
        return Arrays.stream(scopes).map(Scope::parse).collect(Collectors.toUnmodifiableSet());
    }
}
