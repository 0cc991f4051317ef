package dev.bailiwick.server.account.signin.passkey;

import dev.bailiwick.server.secret.SealingKey;
import dev.bailiwick.server.secret.Signer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.security.web.webauthn.api.Bytes;
import org.springframework.stereotype.Component;
import org.springframework.web.util.WebUtils;

/**
 * What a browser has to sign with a passkey: random bytes, which it keeps in a signed cookie for five minutes. There is no session
 * before sign-in to keep them in, as anybody could fill the table of sessions with them.
 */
@Component
class Challenges {

    static final String COOKIE = "__Host-challenge";
    static final Duration VALID = Duration.ofMinutes(5);
    private static final int BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final Signer signer;
    private final Clock clock;

    Challenges(SealingKey key, Clock clock) {
        this.signer = key.signer("passkey challenge");
        this.clock = clock;
    }

    /** A challenge, and how long it is still valid. */
    record Challenge(Bytes bytes, Duration left) {}

    /** Gives the browser a challenge, for its session or for a sign-in. */
    byte[] begin(HttpServletRequest request, HttpServletResponse response) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes) + "~"
                + clock.instant().plus(VALID).getEpochSecond();
        set(response, signer.sign(text, session(request)), VALID);
        return bytes;
    }

    /** Returns the challenge that the browser was given; empty if there is none, or it has expired. */
    Optional<Challenge> of(HttpServletRequest request) {
        return Optional.ofNullable(WebUtils.getCookie(request, COOKIE))
                .flatMap(cookie -> signer.verify(cookie.getValue(), session(request)))
                .map(text -> text.split("~", 2))
                .map(parts -> new Challenge(
                        new Bytes(Base64.getUrlDecoder().decode(parts[0])),
                        Duration.between(clock.instant(), Instant.ofEpochSecond(Long.parseLong(parts[1])))))
                .filter(challenge -> challenge.left().isPositive());
    }

    void end(HttpServletResponse response) {
        set(response, "", Duration.ZERO);
    }

    private static String session(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session == null ? "" : session.getId();
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
