package dev.bailiwick.server.account.key;

import dev.bailiwick.server.account.SshKeyId;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A public SSH key of a user.
 *
 * @param type as OpenSSH names it, for example {@code ssh-ed25519}
 * @param fingerprint as {@code ssh-keygen -l} shows it
 * @param key the key as a line of {@code authorized_keys}, without its comment
 * @param addedBy the token by which it was added, and with which it ends; null for none
 * @param lastUsedAt null if it was never used
 */
public record SshKey(
        SshKeyId id,
        UserId user,
        String type,
        int bits,
        String fingerprint,
        String comment,
        String key,
        @Nullable TokenId addedBy,
        Instant createdAt,
        @Nullable Instant lastUsedAt) {}
