package dev.bailiwick.server.account.signin.oidc;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import dev.bailiwick.server.Visitor;
import java.net.URI;
import java.net.http.HttpResponse;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configuration.OAuth2AuthorizationServerConfiguration;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.oidc.OidcScopes;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

/** A real provider of OpenID Connect on a port of this machine. Everybody exists there, with one password. */
final class TestProvider implements AutoCloseable {

    static final String SECRET = "the client's secret";
    private static final String PASSWORD = "the person's password";

    private final Claims claims = new Claims();
    private final AnnotationConfigServletWebServerApplicationContext context;

    TestProvider() {
        context = new AnnotationConfigServletWebServerApplicationContext();
        context.registerBean(Claims.class, () -> claims);
        context.register(Settings.class);
        context.refresh();
    }

    /** What the provider says of each person. */
    static final class Claims {
        private final Map<String, Map<String, Object>> byPerson = new ConcurrentHashMap<>();
    }

    String issuer() {
        return "http://127.0.0.1:" + port();
    }

    private int port() {
        return Objects.requireNonNull(context.getWebServer()).getPort();
    }

    /** Lets the provider say this of a person from now on. */
    void says(String person, Map<String, Object> all) {
        claims.byPerson.put(person, all);
    }

    /** Signs the person in there over HTTP; returns the path to which the provider then sends their browser. */
    String signIn(String person, String authorizationRequest) throws Exception {
        Visitor browser = new Visitor(port());
        String request = path(authorizationRequest);
        HttpResponse<String> asked = browser.get(request);
        if (asked.statusCode() != 302 || !location(asked).endsWith("/login")) {
            throw new AssertionError(request + " is answered with " + asked.statusCode() + " " + asked.body());
        }
        HttpResponse<String> entered = browser.form("/login", "", Map.of("username", person, "password", PASSWORD));
        HttpResponse<String> back = browser.get(path(location(entered)));
        if (back.statusCode() != 302) {
            throw new AssertionError("The provider answers with " + back.statusCode() + " " + back.body());
        }
        return path(location(back));
    }

    static String location(HttpResponse<String> response) {
        return response.headers().firstValue("Location").orElseThrow();
    }

    static String path(String url) {
        URI uri = URI.create(url);
        return uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
    }

    @Override
    public void close() {
        context.close();
    }

    /** Not annotated as a configuration, so that the server's own does not find it. */
    @EnableWebMvc
    @EnableWebSecurity
    static class Settings {

        @Bean
        TomcatServletWebServerFactory tomcat() {
            return new TomcatServletWebServerFactory(0);
        }

        @Bean
        DispatcherServlet dispatcherServlet() {
            return new DispatcherServlet();
        }

        @Bean
        SecurityFilterChain security(HttpSecurity http) {
            return http.with(
                            new OAuth2AuthorizationServerConfigurer(),
                            provider -> provider.oidc(Customizer.withDefaults()))
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    // The provider would turn it on again.
                    .csrf(csrf -> csrf.ignoringRequestMatchers("/**"))
                    .formLogin(Customizer.withDefaults())
                    .build();
        }

        @Bean
        UserDetailsService people() {
            return name -> User.withUsername(name).password("{noop}" + PASSWORD).build();
        }

        @Bean
        RegisteredClientRepository clients() {
            return new InMemoryRegisteredClientRepository(RegisteredClient.withId("bailiwick")
                    .clientId("bailiwick")
                    .clientSecret("{noop}" + SECRET)
                    .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                    .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                    // Any port of this machine counts.
                    .redirectUri("http://127.0.0.1/login/oauth2/code/test")
                    .redirectUri("http://127.0.0.1/login/oauth2/code/other")
                    .scope(OidcScopes.OPENID)
                    .scope(OidcScopes.PROFILE)
                    .clientSettings(
                            ClientSettings.builder().requireProofKey(true).build())
                    .build());
        }

        @Bean
        JWKSource<SecurityContext> keys() throws NoSuchAlgorithmException {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            KeyPair pair = generator.generateKeyPair();
            return new ImmutableJWKSet<>(new JWKSet(new RSAKey.Builder((RSAPublicKey) pair.getPublic())
                    .privateKey(pair.getPrivate())
                    .keyID(UUID.randomUUID().toString())
                    .build()));
        }

        @Bean
        JwtDecoder decoder(JWKSource<SecurityContext> keys) {
            return OAuth2AuthorizationServerConfiguration.jwtDecoder(keys);
        }

        @Bean
        AuthorizationServerSettings provider() {
            return AuthorizationServerSettings.builder().build();
        }

        @Bean
        OAuth2TokenCustomizer<JwtEncodingContext> says(Claims claims) {
            return context -> {
                if (context.getTokenType().getValue().equals("id_token")) {
                    Authentication person = Objects.requireNonNull(context.<Authentication>getPrincipal());
                    Map<String, Object> said = claims.byPerson.getOrDefault(person.getName(), Map.of());
                    context.getClaims().claims(all -> all.putAll(said));
                }
            };
        }
    }
}
