package dev.bailiwick.server.account.signin.code;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.IdentityId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.account.signin.password.CodeRequired;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.secret.SealingKey;
import dev.bailiwick.server.secret.Signer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Component;
import org.springframework.web.util.WebUtils;

/**
 * Sign-ins that wait for a code: who has given the right password, or comes from a provider, for five minutes, in a signed cookie.
 * There is no session before the code was right. A change of the password voids the cookie, and so does the end of the link to the
 * provider.
 */
@Component
class PendingSignIns {

    static final String COOKIE = "__Host-pending";
    private static final Duration KEPT = Duration.ofMinutes(5);
    private static final int PARTS = 4;
    private static final String NO_IDENTITY = "-";

    private final Users users;
    private final Signer signer;
    private final Clock clock;

    PendingSignIns(Users users, SealingKey key, Clock clock) {
        this.users = users;
        this.signer = key.signer("pending sign-in");
        this.clock = clock;
    }

    /** A sign-in whose first step has succeeded. */
    record Pending(Caller caller, Factors shown, Optional<IdentityId> identity) {}

    void begin(CodeRequired first, HttpServletResponse response) {
        UserId user = first.caller().user();
        String text = String.join(
                "_",
                user.toString(),
                String.valueOf(clock.instant().plus(KEPT).getEpochSecond()),
                first.identity().map(IdentityId::toString).orElse(NO_IDENTITY),
                first.shown().text());
        set(response, signer.sign(text.replace(' ', '~'), first.caller().passwordVersion()), KEPT);
    }

    /** Returns the sign-in that the browser has begun; empty if there is none, or it began too long ago. */
    Optional<Pending> of(HttpServletRequest request) {
        return Optional.ofNullable(WebUtils.getCookie(request, COOKIE)).flatMap(cookie -> read(cookie.getValue()));
    }

    private Optional<Pending> read(String cookie) {
        return claimed(cookie)
                .flatMap(users::inSession)
                .flatMap(user -> signer.verify(cookie, user.passwordVersion())
                        .map(text -> text.split("_", PARTS))
                        .filter(parts -> parts.length == PARTS
                                && Instant.ofEpochSecond(Long.parseLong(parts[1]))
                                        .isAfter(clock.instant()))
                        .map(parts -> new Pending(user, Factors.parse(parts[3].replace('~', ' ')), identity(parts[2]))))
                .filter(pending -> users.inSession(pending.caller().user(), pending.identity())
                        .isPresent());
    }

    private static Optional<IdentityId> identity(String text) {
        return text.equals(NO_IDENTITY) ? Optional.empty() : Optional.of(IdentityId.parse(text));
    }

    /** Returns whom the cookie names, before its signature is known to be right. */
    private static Optional<UserId> claimed(String cookie) {
        try {
            return Optional.of(UserId.parse(cookie.split("_", 2)[0]));
        } catch (IllegalArgumentException noId) {
            return Optional.empty();
        }
    }

    void end(HttpServletResponse response) {
        set(response, "", Duration.ZERO);
    }

    private static void set(HttpServletResponse response, String value, Duration kept) {
        response.addHeader(
                HttpHeaders.SET_COOKIE,
                ResponseCookie.from(COOKIE, value)
                        .path("/")
                        .secure(true)
                        .httpOnly(true)
                        .sameSite("Lax")
                        .maxAge(kept)
                        .build()
                        .toString());
    }
}
