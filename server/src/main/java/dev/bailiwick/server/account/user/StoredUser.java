package dev.bailiwick.server.account.user;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.UserId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "app_user")
class StoredUser {

    @Id
    private UUID id;

    private String login;

    @Column(name = "password_hash")
    private String passwordHash;

    private String role;

    @Column(name = "customer_id")
    private @Nullable UUID customer;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "disabled_at")
    private @Nullable Instant disabledAt;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields.
    protected StoredUser() {}

    StoredUser(UserId id, String login, String passwordHash, Membership membership, Instant createdAt) {
        this.id = id.value();
        this.login = login;
        this.passwordHash = passwordHash;
        this.role = membership.role().name().toLowerCase(Locale.ROOT);
        this.customer = membership.customer().map(CustomerId::value).orElse(null);
        this.createdAt = createdAt;
    }

    UserId id() {
        return new UserId(id);
    }

    String passwordHash() {
        return passwordHash;
    }

    Role role() {
        return Role.valueOf(role.toUpperCase(Locale.ROOT));
    }

    Optional<CustomerId> customer() {
        return Optional.ofNullable(customer).map(CustomerId::new);
    }

    boolean enabled() {
        return disabledAt == null;
    }

    void disable(Instant now) {
        if (enabled()) {
            disabledAt = now;
        }
    }

    void replacePassword(String newHash) {
        passwordHash = newHash;
    }

    User view() {
        return new User(id(), login, role(), customer().orElse(null), createdAt, disabledAt);
    }

    Caller caller(Set<Scope> scopes) {
        return new Caller(id(), login, role(), customer(), scopes);
    }
}
