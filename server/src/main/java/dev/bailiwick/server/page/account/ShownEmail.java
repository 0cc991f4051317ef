package dev.bailiwick.server.page.account;

import dev.bailiwick.server.account.signin.email.Email;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a user gets mail, as pages show it.
 *
 * @param possible whether this installation sends mail
 * @param address the confirmed address; empty without one
 * @param unconfirmed an address that waits to be confirmed; empty without one
 * @param expires when the link to confirm it ends
 * @param failed whether the mail with the link is not tried any more
 * @param error why the mail with the link could not be sent; empty if it was, or has not been tried
 */
record ShownEmail(
        boolean possible,
        String address,
        String unconfirmed,
        @Nullable Moment expires,
        boolean failed,
        String error) {

    static ShownEmail of(Email email, boolean possible, Instant now) {
        Email.Unconfirmed waiting = email.unconfirmed();
        return new ShownEmail(
                possible,
                Objects.requireNonNullElse(email.address(), ""),
                waiting == null ? "" : waiting.address(),
                waiting == null ? null : Moment.of(waiting.expiresAt(), now),
                waiting != null && waiting.mailFailed(),
                waiting == null ? "" : waiting.failure().orElse(""));
    }
}
