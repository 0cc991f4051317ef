package dev.bailiwick.server.account.signin.email;

import dev.bailiwick.server.mail.Delivery;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.modulith.NamedInterface;

/**
 * Where a user gets mail.
 *
 * @param address the confirmed address; absent if there is none
 * @param unconfirmed an address that the user has set and not confirmed yet; it counts for nothing
 */
@NamedInterface("signin")
public record Email(@Nullable String address, @Nullable Unconfirmed unconfirmed) {

    /**
     * An address that waits to be confirmed.
     *
     * @param expiresAt until when the link in the mail works
     * @param mail how far the mail with the link has come
     */
    public record Unconfirmed(
            String address, Instant expiresAt, @Nullable Delivery mail) {

        /** Whether the mail could not be sent, and is not tried any more. */
        public boolean mailFailed() {
            return mail != null && mail.state() == Delivery.State.FAILED;
        }

        /** Returns why the mail could not be sent; empty if it was, or has not been tried. */
        public Optional<String> failure() {
            return Optional.ofNullable(mail).map(Delivery::error);
        }
    }
}
