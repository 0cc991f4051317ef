package dev.bailiwick.server.account.signin.oidc;

import dev.bailiwick.server.account.signin.oidc.BegunSignIns.Purpose;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriComponentsBuilder;

/** What people are sent to a provider with. */
@Component
public class ProviderRequests {

    private static final Logger log = LoggerFactory.getLogger(ProviderRequests.class);

    private final Providers providers;
    private final BegunSignIns begun;
    private final DefaultOAuth2AuthorizationRequestResolver requests;

    ProviderRequests(Providers providers, BegunSignIns begun) {
        this.providers = providers;
        this.begun = begun;
        this.requests = new DefaultOAuth2AuthorizationRequestResolver(providers);
        this.requests.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
    }

    /**
     * Lets the browser accept an invitation by an account at a provider, which asks its user again.
     *
     * @param provider the id of the provider
     * @param invitation the secret of the invitation
     * @return the URL at the provider to which the browser has to go
     * @throws InvalidRequest naming {@code /provider} if there is no such provider
     * @throws ProviderUnusable if it cannot be reached
     */
    public String toAccept(
            String provider, String invitation, HttpServletRequest request, HttpServletResponse response) {
        return begin(provider, Purpose.ACCEPT, invitation, request, response);
    }

    /** As {@link #toAccept} for another purpose, without an invitation. */
    String begin(String provider, Purpose purpose, HttpServletRequest request, HttpServletResponse response) {
        return begin(provider, purpose, "", request, response);
    }

    private String begin(
            String provider,
            Purpose purpose,
            String invitation,
            HttpServletRequest request,
            HttpServletResponse response) {
        ClientRegistration known = find(provider);
        OAuth2AuthorizationRequest sent = Objects.requireNonNull(requests.resolve(request, known.getRegistrationId()));
        begun.begin(provider, sent, purpose, invitation, request, response);
        UriComponentsBuilder target = UriComponentsBuilder.fromUriString(sent.getAuthorizationRequestUri());
        if (purpose.asksAgain()) {
            target.queryParam("prompt", "login").queryParam("max_age", "0");
        }
        return target.build(true).toUriString();
    }

    /**
     * Returns the registration of a provider.
     *
     * @throws InvalidRequest naming {@code /provider} if there is none
     * @throws ProviderUnusable if it cannot be reached
     */
    ClientRegistration find(String provider) {
        try {
            return providers.find(provider).orElseThrow(() -> new InvalidRequest("/provider", "is not known"));
        } catch (IllegalArgumentException | IllegalStateException unreachable) {
            log.atWarn()
                    .addKeyValue("provider", provider)
                    .addKeyValue("cause", unreachable.getMessage())
                    .log("A provider cannot be used");
            throw new ProviderUnusable();
        }
    }
}
