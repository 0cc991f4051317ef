package dev.bailiwick.server.account.signin;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.CallerAuthentication;
import dev.bailiwick.server.account.authentication.NotAllowed;
import dev.bailiwick.server.account.authentication.NotSignedIn;
import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.signin.code.CodeSignIn;
import dev.bailiwick.server.account.signin.code.StepUp;
import dev.bailiwick.server.account.signin.form.ExpiredSessionRequests;
import dev.bailiwick.server.account.signin.form.FormLimit;
import dev.bailiwick.server.account.signin.form.FormTokens;
import dev.bailiwick.server.account.signin.form.SignInFields;
import dev.bailiwick.server.account.signin.form.SignedCsrfTokens;
import dev.bailiwick.server.account.signin.passkey.PasskeySignIn;
import dev.bailiwick.server.account.signin.password.KnownDevices;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import dev.bailiwick.server.account.signin.password.PasswordAuthentication;
import dev.bailiwick.server.account.signin.password.PasswordCheckLimit;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.problem.ProblemWriter;
import dev.bailiwick.server.problem.SecurityHeaders;
import dev.bailiwick.server.request.FileForms;
import dev.bailiwick.server.request.ReadableForms;
import dev.bailiwick.server.secret.SealingKey;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.security.web.authentication.AbstractAuthenticationProcessingFilter;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.authentication.SavedRequestAwareAuthenticationSuccessHandler;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.security.web.authentication.logout.LogoutFilter;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

/** The security rules: programs use {@code /api} with bearer tokens, people use everything else with a session. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
class SecurityConfiguration {

    private static final RequestMatcher ACCOUNT =
            PathPatternRequestMatcher.withDefaults().matcher("/account/**");

    private static final RequestMatcher CONFIRM =
            PathPatternRequestMatcher.withDefaults().matcher(HttpMethod.POST, ExpiredSessionRequests.CONFIRM);

    private static final String[] OPEN_TO_ALL = {
        "/sign-in",
        "/sign-in/code",
        "/sign-in/passkey",
        "/sign-in/link/*",
        "/sign-in/invitation/*",
        "/sign-in/reset/*",
        "/sign-in/email/*",
        "/sign-in/forgotten",
        "/sign-in/with/*",
        "/login/oauth2/code/*",
        "/css/**",
        "/js/**",
        "/fonts/**",
        "/webjars/**",
        "/*.svg",
        "/*.ico",
        "/error"
    };

    /** Authenticates by password; also keeps Spring Boot from creating a default user. */
    @Bean
    AuthenticationManager authenticationManager(
            Users users, SecondFactors factors, PasswordCheckLimit turns, Clock clock) {
        return new ProviderManager(new PasswordAuthentication(users, factors, turns, clock));
    }

    /** Turns off the observation of single filters: nobody reads it, and each request passes a dozen filters. */
    @Bean
    SecurityObservationSettings unobserved() {
        return SecurityObservationSettings.noObservations();
    }

    @Bean
    @Order(1)
    SecurityFilterChain programs(HttpSecurity http, ApiTokens tokens, ProblemWriter problems) throws Exception {
        headers(http);
        return http.securityMatcher("/api/**")
                .csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .addFilterBefore(new BearerTokens(tokens), AuthorizationFilter.class)
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(
                                DispatcherType.ERROR, DispatcherType.ASYNC, DispatcherType.FORWARD)
                        .permitAll()
                        .requestMatchers(HttpMethod.GET, "/api/openapi.json")
                        .permitAll()
                        .requestMatchers("/api/v1/**")
                        .access(new ScopeRules())
                        .anyRequest()
                        .authenticated())
                .exceptionHandling(failures -> failures.authenticationEntryPoint((request, response, exception) -> {
                            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
                            problems.answer(request, response, new NotSignedIn());
                        })
                        .accessDeniedHandler(
                                (request, response, exception) -> problems.answer(request, response, new NotAllowed())))
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain observation(HttpSecurity http) throws Exception {
        // On a separate port, which is bound to the loopback address.
        return http.securityMatcher("/actuator/**")
                .csrf(AbstractHttpConfigurer::disable)
                .authorizeHttpRequests(requests -> requests.requestMatchers(HttpMethod.GET)
                        .permitAll()
                        .anyRequest()
                        .denyAll())
                .build();
    }

    @Bean
    @Order(3)
    SecurityFilterChain people(
            HttpSecurity http,
            Users users,
            ApiTokens apiTokens,
            AuthenticationManager authentication,
            PasswordAttempts attempts,
            CodeSignIn codes,
            PasskeySignIn passkeys,
            StepUp stepUp,
            KnownDevices devices,
            ProblemWriter problems,
            SealingKey key,
            Clock clock)
            throws Exception {
        headers(http);
        SignedCsrfTokens tokens = new SignedCsrfTokens(key.signer("form token"));
        ReturnPaths paths = new ReturnPaths(key, clock);
        ExpiredSessionRequests late = new ExpiredSessionRequests(returning(paths), tokens);
        AuthenticationSuccessHandler signedIn = (request, response, user) -> {
            if (user.getPrincipal() instanceof Caller caller) {
                devices.remember(caller, request, response);
            }
            late.onAuthenticationSuccess(request, response, user);
        };
        SessionUser usersInSessions = new SessionUser(users, apiTokens);
        AbstractAuthenticationProcessingFilter byCode = codes.filter();
        AbstractAuthenticationProcessingFilter byPasskey = passkeys.filter();
        for (AbstractAuthenticationProcessingFilter filter : List.of(byCode, byPasskey)) {
            filter.setAuthenticationManager(authentication);
            filter.setSecurityContextRepository(usersInSessions);
            filter.setAuthenticationSuccessHandler(signedIn);
        }
        return http.authenticationManager(authentication)
                .csrf(csrf -> csrf.csrfTokenRepository(tokens).csrfTokenRequestHandler(new FormTokens()))
                .requestCache(cache -> cache.requestCache(paths))
                // SessionUser begins another session. A changed id would keep it from finding the one to end.
                .sessionManagement(sessions -> sessions.sessionFixation(fixation -> fixation.none()))
                .securityContext(context -> context.securityContextRepository(usersInSessions))
                .addFilterBefore(new FormLimit(), CsrfFilter.class)
                .addFilterBefore(new FileForms(problems), CsrfFilter.class)
                .addFilterBefore(new ReadableForms(problems), CsrfFilter.class)
                .addFilterBefore(new SignInFields(problems), LogoutFilter.class)
                .addFilterBefore(new SignInLimit(attempts), UsernamePasswordAuthenticationFilter.class)
                .addFilterAfter(byCode, UsernamePasswordAuthenticationFilter.class)
                .addFilterAfter(byPasskey, UsernamePasswordAuthenticationFilter.class)
                .addFilterAfter(stepUp.filter(late), AuthorizationFilter.class)
                .authorizeHttpRequests(requests -> requests.requestMatchers("/carried/hosts/**", "/carried/pools/**")
                        .hasRole("STAFF")
                        .requestMatchers("/carried/customers/**")
                        .access(SecurityConfiguration::seesCustomers)
                        .dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.ASYNC, DispatcherType.FORWARD)
                        .permitAll()
                        .requestMatchers(OPEN_TO_ALL)
                        .permitAll()
                        .requestMatchers("/hosts/**", "/pools/**")
                        .hasRole("STAFF")
                        .requestMatchers("/customers/**")
                        .access(SecurityConfiguration::seesCustomers)
                        .requestMatchers(SecurityConfiguration::isAccountOfAnother)
                        .denyAll()
                        .requestMatchers(
                                HttpMethod.POST,
                                "/account/tokens",
                                "/account/tokens/*/rotate",
                                "/account/keys",
                                "/account/email",
                                "/account/email/remove",
                                "/account/identities",
                                "/account/identities/remove",
                                "/account/passkeys",
                                "/account/passkeys/remove",
                                "/people/*/*/act",
                                "/people/*/*",
                                "/people/*/*/remove",
                                "/people/*/*/password",
                                "/users/*/role",
                                "/users/*/password",
                                "/users/*/disable")
                        .access(stepUp)
                        .requestMatchers(HttpMethod.GET, "/account/passkeys/new", "/account/passkeys/options")
                        .access(stepUp)
                        .anyRequest()
                        .authenticated())
                .exceptionHandling(failures ->
                        failures.authenticationEntryPoint(late).accessDeniedHandler(stepUp.before(late, paths)))
                .formLogin(form -> form.loginPage(ExpiredSessionRequests.SIGN_IN)
                        .loginProcessingUrl(ExpiredSessionRequests.SIGN_IN)
                        .usernameParameter("login")
                        .passwordParameter("password")
                        .successHandler((request, response, user) -> {
                            attempts.right(request, SignInLimit.login(request));
                            signedIn.onAuthenticationSuccess(request, response, user);
                        })
                        .failureHandler(codes.after(late)))
                .logout(out -> out.logoutUrl(ExpiredSessionRequests.SIGN_OUT).logoutSuccessUrl("/sign-in?signedOut"))
                .build();
    }

    /** Whether the user sees customers: as staff, or as an owner of their reseller. */
    private static AuthorizationDecision seesCustomers(
            Supplier<? extends @Nullable Authentication> authentication, RequestAuthorizationContext context) {
        Authentication known = authentication.get();
        return new AuthorizationDecision(known != null
                && known.getPrincipal() instanceof Caller caller
                && (caller.role().isStaff() || !caller.access().resold().isEmpty()));
    }

    /**
     * Whether the page is of the account of a user as whom somebody of the staff acts: they leave it alone. They confirm there that it is
     * them.
     */
    private static boolean isAccountOfAnother(HttpServletRequest request) {
        return ACCOUNT.matches(request)
                && !CONFIRM.matches(request)
                && SecurityContextHolder.getContext().getAuthentication() instanceof CallerAuthentication known
                && known.getPrincipal().acting().isPresent();
    }

    private static SavedRequestAwareAuthenticationSuccessHandler returning(ReturnPaths paths) {
        SavedRequestAwareAuthenticationSuccessHandler returning = new SavedRequestAwareAuthenticationSuccessHandler();
        returning.setRequestCache(paths);
        returning.setDefaultTargetUrl("/jails");
        return returning;
    }

    private static void headers(HttpSecurity http) throws Exception {
        http.headers(headers -> headers.contentSecurityPolicy(
                        policy -> policy.policyDirectives(SecurityHeaders.CONTENT_POLICY))
                .frameOptions(HeadersConfigurer.FrameOptionsConfig::deny)
                .httpStrictTransportSecurity(transport ->
                        transport.includeSubDomains(false).maxAgeInSeconds(SecurityHeaders.TRANSPORT_SECONDS))
                .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN))
                .permissionsPolicyHeader(permissions -> permissions.policy(SecurityHeaders.PERMISSIONS_POLICY)));
    }
}
