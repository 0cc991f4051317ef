package dev.bailiwick.server.account.passkey;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A passkey of a user.
 *
 * @param name what the user calls it
 * @param serverName the name of the server under which it signs in
 * @param lastUsedAt null if it has not signed in yet
 */
public record Passkey(
        UUID id,
        String name,
        String serverName,
        Instant createdAt,
        @Nullable Instant lastUsedAt) {}
