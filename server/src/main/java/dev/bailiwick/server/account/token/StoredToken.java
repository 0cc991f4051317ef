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
import java.util.List;
import java.util.Optional;
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

    private @Nullable String description;

    private String[] scopes;

    private String[] networks;

    @Column(name = "issued_by")
    private @Nullable UUID issuedBy;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "expires_at")
    private @Nullable Instant expiresAt;

    @Column(name = "last_used_at", insertable = false, updatable = false)
    private @Nullable Instant lastUsedAt;

    @Column(name = "last_used_from", insertable = false, updatable = false)
    private @Nullable String lastUsedFrom;

    @Column(name = "rejected_at", insertable = false, updatable = false)
    private @Nullable Instant rejectedAt;

    @Column(name = "rejected_from", insertable = false, updatable = false)
    private @Nullable String rejectedFrom;

    @SuppressWarnings("UnusedVariable") // Only the database compares it.
    @Column(name = "former_hash")
    private byte @Nullable [] formerHash;

    @Column(name = "former_until")
    private @Nullable Instant formerUntil;

    @Column(name = "revoked_at")
    private @Nullable Instant revokedAt;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields.
    protected StoredToken() {}

    StoredToken(UserId user, Optional<TokenId> issuer, TokenRequest request, Secret secret, Instant createdAt) {
        this.id = TokenId.fresh().value();
        this.user = user.value();
        this.name = request.name();
        this.hash = secret.hash();
        this.prefix = secret.prefix();
        this.description = request.description();
        this.networks = request.networks().stream().map(Network::toString).toArray(String[]::new);
        this.issuedBy = issuer.map(TokenId::value).orElse(null);
        this.scopes = request.scopes().stream().sorted().map(Scope::toString).toArray(String[]::new);
        this.createdAt = createdAt;
        this.expiresAt = request.expiresAt();
    }

    void revoke(Instant now) {
        if (revokedAt == null) {
            revokedAt = now;
        }
    }

    /** Gives the token another secret; the one before works as well until {@code end}. */
    void rotate(Secret secret, Instant end) {
        formerHash = hash;
        formerUntil = end;
        hash = secret.hash();
        prefix = secret.prefix();
    }

    /** Ends the secret before the last rotation. */
    void endFormerSecret() {
        formerHash = null;
        formerUntil = null;
    }

    UserId user() {
        return new UserId(user);
    }

    Optional<TokenId> issuer() {
        return Optional.ofNullable(issuedBy).map(TokenId::new);
    }

    /** @param now a former secret that does not work any more at this time is not shown */
    Token view(Instant now) {
        return new Token(
                new TokenId(id),
                user(),
                name,
                description,
                prefix,
                scopes(),
                networks(),
                issuer().orElse(null),
                createdAt,
                expiresAt,
                lastUsedAt,
                lastUsedFrom,
                rejectedAt,
                rejectedFrom,
                formerUntil != null && formerUntil.isAfter(now) ? formerUntil : null,
                revokedAt);
    }

    private Set<Scope> scopes() {
        return Arrays.stream(scopes).map(Scope::parse).collect(Collectors.toUnmodifiableSet());
    }

    private List<Network> networks() {
        return Arrays.stream(networks).map(Network::parse).toList();
    }
}
