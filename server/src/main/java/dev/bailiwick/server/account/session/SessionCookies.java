package dev.bailiwick.server.account.session;

import dev.bailiwick.server.secret.Signer;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.session.web.http.CookieSerializer;
import org.springframework.session.web.http.DefaultCookieSerializer;

/**
 * The session cookie: the session's id, signed. The database holds the id without the signature, so reading it does not give
 * access. A forged cookie is rejected without a query.
 */
public final class SessionCookies implements CookieSerializer {

    public static final String NAME = "__Host-session";
    private static final String CONTEXT = "";

    private final DefaultCookieSerializer cookies = new DefaultCookieSerializer();
    private final Signer signer;

    SessionCookies(Signer signer) {
        this.signer = signer;
        cookies.setCookieName(NAME);
        cookies.setCookiePath("/");
        cookies.setUseSecureCookie(true);
        cookies.setUseHttpOnlyCookie(true);
        cookies.setSameSite("Lax");
        cookies.setUseBase64Encoding(false);
    }

    @Override
    public void writeCookieValue(CookieValue cookie) {
        String id = cookie.getCookieValue();
        // The id is empty when the session has ended and the browser has to delete the cookie.
        String value = id == null || id.isEmpty() ? "" : signer.sign(id, CONTEXT);
        cookies.writeCookieValue(new CookieValue(cookie.getRequest(), cookie.getResponse(), value));
    }

    @Override
    public List<String> readCookieValues(HttpServletRequest request) {
        return cookies.readCookieValues(request).stream()
                .flatMap(value -> signer.verify(value, CONTEXT).stream())
                .toList();
    }
}
