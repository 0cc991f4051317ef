package dev.bailiwick.server.page;

import org.springframework.security.web.csrf.CsrfToken;

/** The CSRF token of forms, in a form that outlives its request. */
public record Csrf(String parameterName, String token) {

    public static Csrf of(CsrfToken token) {
        return new Csrf(token.getParameterName(), token.getToken());
    }
}
