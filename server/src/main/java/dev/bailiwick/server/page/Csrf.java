package dev.bailiwick.server.page;

import org.springframework.security.web.csrf.CsrfToken;

/** The token that forms bring back, in a form that outlives the request which gave it. */
public record Csrf(String parameterName, String token) {

    public static Csrf of(CsrfToken token) {
        return new Csrf(token.getParameterName(), token.getToken());
    }
}
