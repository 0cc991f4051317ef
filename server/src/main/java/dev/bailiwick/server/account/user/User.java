package dev.bailiwick.server.account.user;

import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A person or program that can sign in.
 *
 * @param login in lower case; unique
 * @param customer the customer that the user belongs to; null for an operator
 * @param disabledAt when the user was disabled: from then on neither the user nor their tokens are accepted; null if enabled
 */
public record User(
        UserId id,
        String login,
        Role role,
        @Nullable CustomerId customer,
        Instant createdAt,
        @Nullable Instant disabledAt) {}
