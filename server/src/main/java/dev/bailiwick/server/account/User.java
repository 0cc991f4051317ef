package dev.bailiwick.server.account;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A person or program that can sign in.
 *
 * @param login in lower case; unique
 * @param customer whose people they are; null for an operator
 * @param disabledAt since when they cannot sign in, nor any token of theirs act
 */
public record User(
        UserId id,
        String login,
        Role role,
        @Nullable CustomerId customer,
        Instant createdAt,
        @Nullable Instant disabledAt) {}
