package dev.bailiwick.server.account.user;

import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.modulith.NamedInterface;

/**
 * A person or program that can sign in.
 *
 * @param login in lower case; unique
 * @param disabledAt when the user was disabled: from then on neither the user nor their tokens are accepted; null if enabled
 */
@NamedInterface("user")
public record User(
        UserId id,
        String login,
        Role role,
        Instant createdAt,
        @Nullable Instant disabledAt) {}
