package dev.bailiwick.server.account.signin.oidc;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.authentication.Factor;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.account.user.FederatedUsers;
import dev.bailiwick.server.account.user.FederatedUsers.Identity;
import dev.bailiwick.server.account.user.FederatedUsers.Known;
import dev.bailiwick.server.account.user.LastOwner;
import dev.bailiwick.server.account.user.Login;
import dev.bailiwick.server.account.user.LoginTaken;
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
 * Signs people in by what a provider answered. Its tokens are read once, and not kept. Spring Security checks the answer: state, code
 * verifier, and of the ID token its signature, issuer, audience, times and nonce.
 */
@Component
class ProviderSignIn {

    private static final Logger log = LoggerFactory.getLogger(ProviderSignIn.class);

    /** The maximum wait for a provider. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final OidcProperties mapping;
    private final FederatedUsers users;
    private final Clock clock;
    private final OidcAuthorizationCodeAuthenticationProvider exchange = exchange();

    ProviderSignIn(OidcProperties mapping, FederatedUsers users, Clock clock) {
        this.mapping = mapping;
        this.users = users;
        this.clock = clock;
    }

    /** How a sign-in ended. */
    sealed interface Outcome {

        /** @param shown {@link Factor#OIDC}, at the time when the provider asked the person last */
        record SignedIn(Caller caller, Factors shown) implements Outcome {}

        /** @param login the login of the user; empty if nobody knows whose it would be */
        record Refused(Refusal why, String login) implements Outcome {}
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

    Outcome signIn(ClientRegistration provider, OAuth2AuthorizationExchange answered) {
        OidcUser person;
        try {
            Authentication known = exchange.authenticate(new OAuth2LoginAuthenticationToken(provider, answered));
            person = (OidcUser) Objects.requireNonNull(known).getPrincipal();
        } catch (AuthenticationException refused) {
            // The page says no more than that; whoever set up the provider needs the reason.
            log.atWarn()
                    .addKeyValue("provider", provider.getRegistrationId())
                    .addKeyValue("cause", refused.getMessage())
                    .log("A sign-in at a provider failed");
            return new Outcome.Refused(Refusal.FAILED, "");
        }
        return signIn(Objects.requireNonNull(person));
    }

    private Outcome signIn(OidcUser person) {
        Identity identity = new Identity(
                String.valueOf(person.getIdToken().getIssuer()),
                Objects.requireNonNull(person.getIdToken().getSubject()));
        Optional<Known> known = users.find(identity);
        Optional<Role> role = mapping.role(person.getClaims());
        if (role.isEmpty()) {
            known.ifPresent(user -> users.endSessions(user.id()));
            return new Outcome.Refused(Refusal.NO_ROLE, known.map(Known::login).orElse(""));
        }
        return known.isPresent() ? signIn(known.get(), role.get(), person) : create(identity, role.get(), person);
    }

    private Outcome signIn(Known user, Role role, OidcUser person) {
        try {
            return users.changeRole(user.id(), role)
                    .<Outcome>map(caller -> new Outcome.SignedIn(caller, shown(person)))
                    .orElseGet(() -> new Outcome.Refused(Refusal.DISABLED, user.login()));
        } catch (LastOwner last) {
            return new Outcome.Refused(Refusal.LAST_OWNER, user.login());
        }
    }

    private Outcome create(Identity identity, Role role, OidcUser person) {
        Optional<String> login = login(person);
        if (login.isEmpty()) {
            return new Outcome.Refused(Refusal.NO_LOGIN, "");
        }
        try {
            return new Outcome.SignedIn(users.create(identity, login.get(), role), shown(person));
        } catch (LoginTaken taken) {
            // Perhaps the same person signed in twice at once.
            return users.find(identity)
                    .map(user -> signIn(user, role, person))
                    .orElseGet(() -> new Outcome.Refused(Refusal.LOGIN_TAKEN, ""));
        }
    }

    private static Optional<String> login(OidcUser person) {
        return Stream.of(StandardClaimNames.PREFERRED_USERNAME, StandardClaimNames.EMAIL)
                .flatMap(claim -> Optional.ofNullable(person.getClaimAsString(claim)).stream())
                .findFirst()
                .flatMap(Login::normal);
    }

    /** Returns when the provider asked the person last. If it does not say when, that was too long ago for everything. */
    private Factors shown(OidcUser person) {
        Instant now = clock.instant();
        Instant asked = Objects.requireNonNullElse(person.getIdToken().getAuthenticatedAt(), Instant.EPOCH);
        return Factors.of(Factor.OIDC, asked.isAfter(now) ? now : asked);
    }
}
