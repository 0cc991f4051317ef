package dev.bailiwick.server.account.signin.code;

import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.account.signin.password.CodeRequired;
import dev.bailiwick.server.account.user.UserPasswords;
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
 * Sign-ins that wait for a code: who has given the right password, for five minutes, in a signed cookie. There is no session before
 * the code was right. A change of the password voids the cookie.
 */
@Component
class PendingSignIns {

    static final String COOKIE = "__Host-pending";
    private static final Duration KEPT = Duration.ofMinutes(5);

    private final UserPasswords passwords;
    private final Signer signer;
    private final Clock clock;

    PendingSignIns(UserPasswords passwords, SealingKey key, Clock clock) {
        this.passwords = passwords;
        this.signer = key.signer("pending sign-in");
        this.clock = clock;
    }

    /** A sign-in whose first step has succeeded. */
    record Pending(UserId user, Factors shown) {}

    void begin(CodeRequired first, HttpServletResponse response) {
        UserId user = first.caller().user();
        String text = user + "_" + clock.instant().plus(KEPT).getEpochSecond() + "_"
                + first.shown().text();
        set(response, signer.sign(text.replace(' ', '~'), version(user)), KEPT);
    }

    /** Returns the sign-in that the browser has begun; empty if there is none, or it began too long ago. */
    Optional<Pending> of(HttpServletRequest request) {
        return Optional.ofNullable(WebUtils.getCookie(request, COOKIE)).flatMap(cookie -> read(cookie.getValue()));
    }

    private Optional<Pending> read(String cookie) {
        Optional<UserId> user = claimed(cookie);
        return user.flatMap(known -> signer.verify(cookie, version(known)))
                .map(text -> text.split("_", 3))
                .filter(parts -> Instant.ofEpochSecond(Long.parseLong(parts[1])).isAfter(clock.instant()))
                .map(parts -> new Pending(user.get(), Factors.parse(parts[2].replace('~', ' '))));
    }

    /** Returns whom the cookie names, before its signature is known to be right. */
    private static Optional<UserId> claimed(String cookie) {
        try {
            return Optional.of(UserId.parse(cookie.split("_", 2)[0]));
        } catch (IllegalArgumentException noId) {
            return Optional.empty();
        }
    }

    private String version(UserId user) {
        return passwords.version(user).orElse("");
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
