package dev.bailiwick.server.account.session;

import dev.bailiwick.server.secret.Signer;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.session.web.http.CookieSerializer;
import org.springframework.session.web.http.DefaultCookieSerializer;

/**
 * The cookie that stands for a session: its id, signed. Whoever reads the database has the id without the signature, and a cookie that was
 * made up costs no look into the database.
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
        // Empty where the session has ended and the browser is to forget it.
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
