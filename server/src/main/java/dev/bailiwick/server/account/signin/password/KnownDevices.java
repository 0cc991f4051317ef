package dev.bailiwick.server.account.signin.password;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Origin;
import dev.bailiwick.server.account.notice.Notice;
import dev.bailiwick.server.account.notice.Notices;
import dev.bailiwick.server.account.user.Login;
import dev.bailiwick.server.secret.SealingKey;
import dev.bailiwick.server.secret.Signer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.util.WebUtils;

/**
 * Remembers browsers in which a user has signed in, by a signed cookie that lasts a year. It signs nobody in. The attempts of such a
 * browser at the login of its user are counted by themselves, so that whoever guesses from the same address shuts nobody out.
 */
@Component
public class KnownDevices {

    static final String COOKIE = "__Host-device";
    private static final Duration KEPT = Duration.ofDays(365);

    private final Signer signer;
    private final Notices notices;
    private final TransactionOperations transactions;

    KnownDevices(SealingKey key, Notices notices, TransactionOperations transactions) {
        this.notices = notices;
        this.transactions = transactions;
        this.signer = key.signer("known device");
    }

    /** Remembers that the user has signed in in this browser, and notifies them the first time; it then forgets another user. */
    public void remember(Caller user, HttpServletRequest request, HttpServletResponse response) {
        if (of(request, user.login()).isPresent()) {
            return;
        }
        Origin origin = Origin.of(request);
        transactions.executeWithoutResult(status ->
                notices.send(user.user(), Notice.NEW_DEVICE, (origin.address() + " " + origin.device()).strip()));
        response.addHeader(
                HttpHeaders.SET_COOKIE,
                ResponseCookie.from(COOKIE, signer.sign(UUID.randomUUID().toString(), user.login()))
                        .path("/")
                        .secure(true)
                        .httpOnly(true)
                        .sameSite("Lax")
                        .maxAge(KEPT)
                        .build()
                        .toString());
    }

    /** Returns the id of the browser if the user of this login has signed in there; empty otherwise. */
    Optional<String> of(HttpServletRequest request, String login) {
        Optional<String> normal = Login.normal(login);
        return Optional.ofNullable(WebUtils.getCookie(request, COOKIE))
                .flatMap(cookie -> normal.flatMap(user -> signer.verify(cookie.getValue(), user)));
    }
}
