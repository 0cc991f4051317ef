package dev.bailiwick.server.account.signin.oidc;

import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.secret.SealingKey;
import dev.bailiwick.server.secret.Signer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.endpoint.PkceParameterNames;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.stereotype.Component;
import org.springframework.web.util.WebUtils;

/**
 * Sign-ins that have begun and wait for a provider: what it was sent, and why, for ten minutes, in a signed cookie. There is no session
 * before the provider has answered. A browser has one at a time.
 */
@Component
class BegunSignIns {

    static final String COOKIE = "__Host-provider";
    private static final Duration KEPT = Duration.ofMinutes(10);
    private static final String SEPARATOR = "\n";
    private static final int PARTS = 8;

    private final Signer signer;
    private final Clock clock;

    BegunSignIns(SealingKey key, Clock clock) {
        this.signer = key.signer("sign-in at a provider");
        this.clock = clock;
    }

    /** Why somebody is sent to the provider. */
    enum Purpose {
        SIGN_IN,
        /** Somebody is signed in, and has to confirm that it is them. */
        CONFIRM,
        /** Somebody is signed in, and links an account there to their user. */
        LINK,
        /** Somebody accepts an invitation. */
        ACCEPT;

        /** Whether the provider has to ask the person again, although they are signed in there. */
        boolean asksAgain() {
            return this != SIGN_IN;
        }
    }

    /**
     * A sign-in that has begun.
     *
     * @param sent what the provider was sent
     * @param at when, to the second
     * @param session the hash of the id of the session in which it began; empty if there was none
     * @param invitation the secret of the invitation that is to be accepted; empty for other purposes
     */
    record Begun(OAuth2AuthorizationRequest sent, Purpose purpose, Instant at, String session, String invitation) {

        /** Whether the request belongs to the session in which this began, or neither belongs to one. */
        boolean isOfSessionOf(HttpServletRequest request) {
            return session.equals(sessionOf(request));
        }
    }

    /**
     * Begins a sign-in.
     *
     * @param provider the id of the provider; an answer of another one does not belong to the sign-in
     * @param invitation see {@link Begun}
     */
    void begin(
            String provider,
            OAuth2AuthorizationRequest sent,
            Purpose purpose,
            String invitation,
            HttpServletRequest request,
            HttpServletResponse response) {
        String text = String.join(
                SEPARATOR,
                String.valueOf(clock.instant().getEpochSecond()),
                purpose.name(),
                String.valueOf(sent.getState()),
                sent.getAttribute(OidcParameterNames.NONCE),
                sent.getAttribute(PkceParameterNames.CODE_VERIFIER),
                sessionOf(request),
                invitation,
                String.valueOf(sent.getRedirectUri()));
        String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        set(response, signer.sign(encoded, provider), KEPT);
    }

    /** Returns the sign-in that the browser has begun at this provider; empty if there is none, or it began too long ago. */
    Optional<Begun> of(HttpServletRequest request, ClientRegistration provider) {
        return Optional.ofNullable(WebUtils.getCookie(request, COOKIE))
                .flatMap(cookie -> signer.verify(cookie.getValue(), provider.getRegistrationId()))
                .map(encoded -> new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8)
                        .split(SEPARATOR, PARTS))
                .filter(parts -> parts.length == PARTS)
                .map(parts -> read(parts, provider))
                .filter(begun -> begun.at().plus(KEPT).isAfter(clock.instant()));
    }

    private static Begun read(String[] parts, ClientRegistration provider) {
        return new Begun(
                OAuth2AuthorizationRequest.authorizationCode()
                        .authorizationUri(
                                String.valueOf(provider.getProviderDetails().getAuthorizationUri()))
                        .clientId(provider.getClientId())
                        .scopes(provider.getScopes())
                        .state(parts[2])
                        .redirectUri(parts[7])
                        .attributes(attributes -> {
                            attributes.put(OAuth2ParameterNames.REGISTRATION_ID, provider.getRegistrationId());
                            attributes.put(OidcParameterNames.NONCE, parts[3]);
                            attributes.put(PkceParameterNames.CODE_VERIFIER, parts[4]);
                        })
                        .build(),
                Purpose.valueOf(parts[1]),
                Instant.ofEpochSecond(Long.parseLong(parts[0])),
                parts[5],
                parts[6]);
    }

    void end(HttpServletResponse response) {
        set(response, "", Duration.ZERO);
    }

    private static String sessionOf(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session == null ? "" : HexFormat.of().formatHex(new Secret(session.getId()).hash());
    }

    /** The provider leads back from another site, so the cookie has to come along then. */
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
