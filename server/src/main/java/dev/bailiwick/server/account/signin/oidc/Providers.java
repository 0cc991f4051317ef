package dev.bailiwick.server.account.signin.oidc;

import dev.bailiwick.server.account.identity.ProviderNames;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientProperties;
import org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientPropertiesMapper;
import org.springframework.core.env.Environment;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.oidc.OidcScopes;
import org.springframework.stereotype.Component;
import org.springframework.util.function.SingletonSupplier;

/**
 * The providers at which people can sign in: the settings {@code spring.security.oauth2.client}. What a provider says of itself is read
 * when the first person signs in there, so that the server starts without it.
 */
@Component
class Providers implements ClientRegistrationRepository, ProviderNames {

    private static final String SETTINGS = "spring.security.oauth2.client";

    private final List<Provider> all;
    private final Map<String, SingletonSupplier<ClientRegistration>> registrations = new TreeMap<>();

    /**
     * A provider.
     *
     * @param id the name of its registration in the settings
     * @param name its name for people
     * @param issuer the URL that it calls itself
     */
    record Provider(String id, String name, String issuer) {}

    /** @throws IllegalStateException naming the setting that is missing or wrong */
    Providers(Environment environment) {
        OAuth2ClientProperties settings =
                Binder.get(environment).bindOrCreate(SETTINGS, Bindable.of(OAuth2ClientProperties.class));
        settings.validate();
        Map<String, String> issuers = new TreeMap<>();
        settings.getRegistration().forEach((id, registration) -> {
            issuers.put(id, issuer(id, registration, settings));
            registrations.put(id, SingletonSupplier.of(() -> registration(id, registration, settings)));
        });
        this.all = settings.getRegistration().entrySet().stream()
                .map(entry -> new Provider(
                        entry.getKey(),
                        Objects.requireNonNullElse(entry.getValue().getClientName(), entry.getKey()),
                        issuers.getOrDefault(entry.getKey(), "")))
                .toList();
    }

    /** Without an issuer, nobody could check who wrote a token. */
    private static String issuer(
            String id, OAuth2ClientProperties.Registration registration, OAuth2ClientProperties settings) {
        String provider = Objects.requireNonNullElse(registration.getProvider(), id);
        OAuth2ClientProperties.Provider known = settings.getProvider().get(provider);
        if (known == null || known.getIssuerUri() == null) {
            throw new IllegalStateException(SETTINGS + ".provider." + provider + ".issuer-uri must be set");
        }
        if (registration.getScope() != null && !registration.getScope().contains(OidcScopes.OPENID)) {
            throw new IllegalStateException(SETTINGS + ".registration." + id + ".scope must contain openid");
        }
        return known.getIssuerUri();
    }

    private static ClientRegistration registration(
            String id, OAuth2ClientProperties.Registration registration, OAuth2ClientProperties settings) {
        OAuth2ClientProperties one = new OAuth2ClientProperties();
        one.getRegistration().put(id, registration);
        one.getProvider().putAll(settings.getProvider());
        ClientRegistration read = Objects.requireNonNull(
                new OAuth2ClientPropertiesMapper(one).asClientRegistrations().get(id));
        // The action is a word of the request otherwise.
        return ClientRegistration.withClientRegistration(read)
                .redirectUri(String.valueOf(read.getRedirectUri()).replace("{action}", "login"))
                .build();
    }

    List<Provider> all() {
        return all;
    }

    @Override
    public Map<String, String> byIssuer() {
        return all.stream().collect(Collectors.toMap(Provider::issuer, Provider::name, (first, _) -> first));
    }

    /**
     * Returns a provider's registration, as far as the settings have it, and otherwise as the provider says.
     *
     * @throws IllegalArgumentException or IllegalStateException if the provider cannot be reached, or says something else than expected
     */
    Optional<ClientRegistration> find(String id) {
        return Optional.ofNullable(registrations.get(id)).map(SingletonSupplier::obtain);
    }

    @Override
    public @Nullable ClientRegistration findByRegistrationId(String id) {
        return find(id).orElse(null);
    }
}
