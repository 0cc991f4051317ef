package dev.bailiwick.server.account.signin.oidc;

import dev.bailiwick.server.account.user.FederatedUsers.Identity;
import dev.bailiwick.server.account.user.Login;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.converter.FormHttpMessageConverter;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.client.authentication.OAuth2LoginAuthenticationToken;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.http.OAuth2ErrorResponseErrorHandler;
import org.springframework.security.oauth2.client.oidc.authentication.OidcAuthorizationCodeAuthenticationProvider;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.userinfo.DefaultOAuth2UserService;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationExchange;
import org.springframework.security.oauth2.core.http.converter.OAuth2AccessTokenResponseHttpMessageConverter;
import org.springframework.security.oauth2.core.oidc.StandardClaimNames;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/**
 * Finds out of whom an answer of a provider speaks. Its tokens are read once, and not kept. Spring Security checks the answer: state,
 * code verifier, and of the ID token its signature, issuer, audience, times and nonce.
 */
@Component
class ProviderAnswers {

    private static final Logger log = LoggerFactory.getLogger(ProviderAnswers.class);

    /** The maximum wait for a provider. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** The maximum length of a subject, by the standard. */
    private static final int MAX_SUBJECT = 255;

    private final OidcProperties mapping;
    private final Clock clock;
    private final OidcAuthorizationCodeAuthenticationProvider exchange = exchange();

    ProviderAnswers(OidcProperties mapping, Clock clock) {
        this.mapping = mapping;
        this.clock = clock;
    }

    private static OidcAuthorizationCodeAuthenticationProvider exchange() {
        JdkClientHttpRequestFactory requests = new JdkClientHttpRequestFactory(
                HttpClient.newBuilder().connectTimeout(TIMEOUT).build());
        requests.setReadTimeout(TIMEOUT);
        var tokens = new RestClientAuthorizationCodeTokenResponseClient();
        tokens.setRestClient(RestClient.builder()
                .requestFactory(requests)
                .configureMessageConverters(converters -> converters
                        .disableDefaults()
                        .addCustomConverter(new FormHttpMessageConverter())
                        .addCustomConverter(new OAuth2AccessTokenResponseHttpMessageConverter()))
                .defaultStatusHandler(new OAuth2ErrorResponseErrorHandler())
                .build());
        RestTemplate claims = new RestTemplate(requests);
        claims.setErrorHandler(new OAuth2ErrorResponseErrorHandler());
        DefaultOAuth2UserService furtherClaims = new DefaultOAuth2UserService();
        furtherClaims.setRestOperations(claims);
        OidcUserService people = new OidcUserService();
        people.setOauth2UserService(furtherClaims);
        return new OidcAuthorizationCodeAuthenticationProvider(tokens, people);
    }

    /** Returns the person; empty if the provider has signed nobody in, or its answer is not right. */
    Optional<Person> read(ClientRegistration provider, OAuth2AuthorizationExchange answered) {
        try {
            Authentication known = exchange.authenticate(new OAuth2LoginAuthenticationToken(provider, answered));
            OidcUser said = (OidcUser) Objects.requireNonNull(known).getPrincipal();
            return Optional.of(Objects.requireNonNull(said))
                    .map(this::person)
                    .filter(person -> person.identity().subject().length() <= MAX_SUBJECT);
        } catch (AuthenticationException refused) {
            // The page says no more than that; whoever set up the provider needs the reason.
            log.atWarn()
                    .addKeyValue("provider", provider.getRegistrationId())
                    .addKeyValue("cause", refused.getMessage())
                    .log("A sign-in at a provider failed");
            return Optional.empty();
        }
    }

    private Person person(OidcUser said) {
        Instant now = clock.instant();
        Instant asked = Objects.requireNonNullElse(said.getIdToken().getAuthenticatedAt(), Instant.EPOCH);
        Optional<String> name = name(said);
        return new Person(
                new Identity(
                        String.valueOf(said.getIdToken().getIssuer()),
                        Objects.requireNonNull(said.getIdToken().getSubject())),
                mapping.role(said.getClaims()),
                name.flatMap(Login::normal),
                name.orElse("").replaceAll("\\p{Cntrl}", ""),
                asked.isAfter(now) ? now : asked);
    }

    private static Optional<String> name(OidcUser said) {
        return Stream.of(StandardClaimNames.PREFERRED_USERNAME, StandardClaimNames.EMAIL)
                .flatMap(claim -> Optional.ofNullable(said.getClaimAsString(claim)).stream())
                .findFirst();
    }
}
