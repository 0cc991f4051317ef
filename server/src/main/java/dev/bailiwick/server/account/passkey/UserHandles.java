package dev.bailiwick.server.account.passkey;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.user.Users;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.web.webauthn.api.Bytes;
import org.springframework.security.web.webauthn.api.ImmutablePublicKeyCredentialUserEntity;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialUserEntity;
import org.springframework.security.web.webauthn.management.PublicKeyCredentialUserEntityRepository;

/** The enabled users, as devices know them. There is nothing to store: a user's handle is their id. */
final class UserHandles implements PublicKeyCredentialUserEntityRepository {

    private final Users users;
    private final JdbcClient jdbc;

    UserHandles(Users users, JdbcClient jdbc) {
        this.users = users;
        this.jdbc = jdbc;
    }

    @Override
    public @Nullable PublicKeyCredentialUserEntity findById(Bytes handle) {
        return PasskeyRows.user(handle)
                .flatMap(users::inSession)
                .map(UserHandles::entity)
                .orElse(null);
    }

    @Override
    public @Nullable PublicKeyCredentialUserEntity findByUsername(String login) {
        return jdbc.sql("SELECT id FROM app_user WHERE login = ?")
                .param(login)
                .query(UUID.class)
                .optional()
                .map(UserId::new)
                .flatMap(users::inSession)
                .map(UserHandles::entity)
                .orElse(null);
    }

    private static PublicKeyCredentialUserEntity entity(Caller user) {
        return ImmutablePublicKeyCredentialUserEntity.builder()
                .id(PasskeyRows.handle(user.user()))
                .name(user.login())
                .displayName(user.login())
                .build();
    }

    @Override
    public void save(PublicKeyCredentialUserEntity entity) {
        throw new UnsupportedOperationException("Only enabled users have passkeys");
    }

    @Override
    public void delete(Bytes handle) {
        throw new UnsupportedOperationException("Passkeys end with their user");
    }
}
