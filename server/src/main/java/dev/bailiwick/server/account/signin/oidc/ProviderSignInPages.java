package dev.bailiwick.server.account.signin.oidc;

import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.account.signin.ReturnPaths;
import dev.bailiwick.server.account.signin.oidc.BegunSignIns.Begun;
import dev.bailiwick.server.account.signin.oidc.BegunSignIns.Purpose;
import dev.bailiwick.server.account.signin.oidc.ProviderSignIn.Outcome;
import dev.bailiwick.server.account.signin.password.FailedSignIns;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.request.OtherParameters;
import dev.bailiwick.server.secret.SealingKey;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationExchange;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationResponse;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.view.RedirectView;
import org.springframework.web.util.UriComponentsBuilder;

/** Sends people to a provider, and receives them from there. */
@Controller
class ProviderSignInPages {

    private static final Logger log = LoggerFactory.getLogger(ProviderSignInPages.class);

    private final Providers providers;
    private final BegunSignIns begun;
    private final ProviderSignIn signIns;
    private final PasswordAttempts attempts;
    private final FailedSignIns failed;
    private final SessionUser sessions;
    private final ReturnPaths paths;
    private final DefaultOAuth2AuthorizationRequestResolver requests;

    ProviderSignInPages(
            Providers providers,
            BegunSignIns begun,
            ProviderSignIn signIns,
            PasswordAttempts attempts,
            FailedSignIns failed,
            Users users,
            ApiTokens tokens,
            SealingKey key,
            Clock clock) {
        this.providers = providers;
        this.begun = begun;
        this.signIns = signIns;
        this.attempts = attempts;
        this.failed = failed;
        this.sessions = new SessionUser(users, tokens);
        this.paths = new ReturnPaths(key, clock);
        this.requests = new DefaultOAuth2AuthorizationRequestResolver(providers);
        this.requests.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
    }

    /**
     * Sends somebody to a provider.
     *
     * @param confirm whether the provider is to ask them again, although they are signed in there
     */
    @GetMapping("/sign-in/with/{provider}")
    ModelAndView begin(
            @PathVariable String provider,
            @RequestParam(defaultValue = "false") boolean confirm,
            HttpServletRequest request,
            HttpServletResponse response) {
        OAuth2AuthorizationRequest sent;
        try {
            if (providers.find(provider).isEmpty()) {
                return redirect("/sign-in");
            }
            sent = Objects.requireNonNull(requests.resolve(request, provider));
        } catch (IllegalArgumentException | IllegalStateException unreachable) {
            return refused(Refusal.UNREACHABLE, provider, unreachable);
        }
        begun.begin(provider, new Begun(sent, confirm ? Purpose.CONFIRM : Purpose.SIGN_IN), response);
        UriComponentsBuilder target = UriComponentsBuilder.fromUriString(sent.getAuthorizationRequestUri());
        if (confirm) {
            target.queryParam("prompt", "login").queryParam("max_age", "0");
        }
        return redirect(target.build(true).toUriString());
    }

    /**
     * Receives somebody from a provider.
     *
     * @param iss the provider, if it says who it is (RFC 9207)
     * @param error why it has signed nobody in; empty if it has
     */
    @OtherParameters({
        "authuser",
        "client_info",
        "error_description",
        "error_uri",
        "hd",
        "prompt",
        "scope",
        "session_state"
    })
    @GetMapping("/login/oauth2/code/{provider}")
    ModelAndView receive(
            @PathVariable String provider,
            @RequestParam(defaultValue = "") String code,
            @RequestParam(defaultValue = "") String state,
            @RequestParam(defaultValue = "") String iss,
            @RequestParam(defaultValue = "") String error,
            HttpServletRequest request,
            HttpServletResponse response) {
        Optional<ClientRegistration> known;
        try {
            known = providers.find(provider);
        } catch (IllegalArgumentException | IllegalStateException unreachable) {
            return refused(Refusal.UNREACHABLE, provider, unreachable);
        }
        Optional<Begun> first = known.flatMap(registration -> begun.of(request, registration));
        if (known.isEmpty() || first.isEmpty()) {
            return refused(Refusal.STALE);
        }
        begun.end(response);
        if (!attempts.permits(request)) {
            return refused(Refusal.LIMITED);
        }
        if (code.isEmpty() == error.isEmpty()
                || !iss.isEmpty()
                        && !iss.equals(known.get().getProviderDetails().getIssuerUri())) {
            return refused(new Outcome.Refused(Refusal.FAILED, ""), request);
        }
        OAuth2AuthorizationResponse.Builder answer =
                error.isEmpty() ? OAuth2AuthorizationResponse.success(code) : OAuth2AuthorizationResponse.error(error);
        OAuth2AuthorizationRequest sent = first.get().sent();
        OAuth2AuthorizationResponse answered = answer.state(state)
                .redirectUri(String.valueOf(sent.getRedirectUri()))
                .build();
        return switch (signIns.signIn(known.get(), new OAuth2AuthorizationExchange(sent, answered))) {
            case Outcome.Refused refused -> refused(refused, request);
            case Outcome.SignedIn in -> {
                sessions.signIn(in.caller(), in.shown(), request, response);
                yield redirect(
                        switch (first.get().purpose()) {
                            case CONFIRM -> returning("/account", request, response);
                            case SIGN_IN -> returning("/jails", request, response);
                        });
            }
        };
    }

    private String returning(String otherwise, HttpServletRequest request, HttpServletResponse response) {
        SavedRequest saved = paths.getRequest(request, response);
        return saved == null ? otherwise : saved.getRedirectUrl();
    }

    private ModelAndView refused(Outcome.Refused refused, HttpServletRequest request) {
        failed.count(refused.login(), "oidc", request);
        return refused(refused.why());
    }

    private static ModelAndView refused(Refusal why, String provider, RuntimeException cause) {
        log.atWarn()
                .addKeyValue("provider", provider)
                .addKeyValue("cause", cause.getMessage())
                .log("A provider cannot be used");
        return refused(why);
    }

    private static ModelAndView refused(Refusal why) {
        ModelAndView page = new ModelAndView("sign-in", why.status());
        page.addObject("providerRefusal", why.message());
        return page;
    }

    private static ModelAndView redirect(String target) {
        RedirectView view = new RedirectView(target);
        view.setExposeModelAttributes(false);
        view.setExpandUriTemplateVariables(false);
        return new ModelAndView(view);
    }
}
