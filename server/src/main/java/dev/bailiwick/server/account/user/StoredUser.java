package dev.bailiwick.server.account.user;

import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.mail.EmailAddress;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.DynamicUpdate;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "app_user")
@DynamicUpdate
class StoredUser {

    @Id
    private UUID id;

    private String login;

    @Column(name = "password_hash")
    private @Nullable String passwordHash;

    private String role;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "disabled_at")
    private @Nullable Instant disabledAt;

    private @Nullable String email;

    /** The schema counts. */
    @Column(name = "access_version", insertable = false, updatable = false)
    private long accessVersion;

    @SuppressWarnings("NullAway.Init") // Hibernate fills the fields.
    protected StoredUser() {}

    StoredUser(UserId id, String login, @Nullable String passwordHash, Membership membership, Instant createdAt) {
        this.id = id.value();
        this.login = login;
        this.passwordHash = passwordHash;
        this.role = membership.role().toString();
        this.createdAt = createdAt;
    }

    UserId id() {
        return new UserId(id);
    }

    /** Empty for a user who signs in at a provider. */
    Optional<String> passwordHash() {
        return Optional.ofNullable(passwordHash);
    }

    /** Returns a text that is another one after each change of the password, and says nothing about it; empty without one. */
    String passwordVersion() {
        return passwordHash()
                .map(hash -> HexFormat.of().formatHex(new Secret(hash).hash()))
                .orElse("");
    }

    Role role() {
        return Role.parse(role);
    }

    long accessVersion() {
        return accessVersion;
    }

    boolean enabled() {
        return disabledAt == null;
    }

    void disable(Instant now) {
        if (enabled()) {
            disabledAt = now;
        }
    }

    void changeRole(Role other) {
        role = other.toString();
    }

    Optional<EmailAddress> email() {
        return Optional.ofNullable(email).map(EmailAddress::new);
    }

    void changeEmail(EmailAddress other) {
        email = other.text();
    }

    void removeEmail() {
        email = null;
    }

    void replacePassword(String newHash) {
        passwordHash = newHash;
    }

    User view() {
        return new User(id(), login, role(), createdAt, disabledAt);
    }
}
