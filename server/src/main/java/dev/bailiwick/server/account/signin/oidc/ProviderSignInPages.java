package dev.bailiwick.server.account.signin.oidc;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.CallerAuthentication;
import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.member.InvitationVoid;
import dev.bailiwick.server.account.signin.ReturnPaths;
import dev.bailiwick.server.account.signin.code.CodeSignIn;
import dev.bailiwick.server.account.signin.form.ExpiredSessionRequests;
import dev.bailiwick.server.account.signin.oidc.BegunSignIns.Begun;
import dev.bailiwick.server.account.signin.oidc.BegunSignIns.Purpose;
import dev.bailiwick.server.account.signin.password.CodeRequired;
import dev.bailiwick.server.account.signin.password.FailedSignIns;
import dev.bailiwick.server.account.signin.password.KnownDevices;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.OtherParameters;
import dev.bailiwick.server.secret.SealingKey;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.Optional;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationExchange;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationResponse;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.view.RedirectView;

/** Sends people to a provider, and receives them from there. */
@Controller
class ProviderSignInPages {

    private static final String ACCOUNT = "/account";

    private final ProviderRequests requests;
    private final BegunSignIns begun;
    private final ProviderAnswers answers;
    private final ProviderSignIn signIns;
    private final ProviderLinks links;
    private final SecondFactors factors;
    private final CodeSignIn codes;
    private final PasswordAttempts attempts;
    private final FailedSignIns failed;
    private final KnownDevices devices;
    private final SessionUser sessions;
    private final ReturnPaths paths;

    ProviderSignInPages(
            ProviderRequests requests,
            BegunSignIns begun,
            ProviderAnswers answers,
            ProviderSignIn signIns,
            ProviderLinks links,
            SecondFactors factors,
            CodeSignIn codes,
            PasswordAttempts attempts,
            FailedSignIns failed,
            KnownDevices devices,
            Users users,
            ApiTokens tokens,
            SealingKey key,
            Clock clock) {
        this.requests = requests;
        this.begun = begun;
        this.answers = answers;
        this.signIns = signIns;
        this.links = links;
        this.factors = factors;
        this.codes = codes;
        this.attempts = attempts;
        this.failed = failed;
        this.devices = devices;
        this.sessions = new SessionUser(users, tokens);
        this.paths = new ReturnPaths(key, clock);
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
        try {
            Purpose purpose = confirm ? Purpose.CONFIRM : Purpose.SIGN_IN;
            return redirect(requests.begin(provider, purpose, request, response));
        } catch (InvalidRequest unknown) {
            return redirect(ExpiredSessionRequests.SIGN_IN);
        } catch (ProviderUnusable unreachable) {
            return page(Refusal.UNREACHABLE);
        }
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
            HttpServletResponse response,
            RedirectAttributes then) {
        ClientRegistration known;
        try {
            known = requests.find(provider);
        } catch (InvalidRequest unknown) {
            return page(Refusal.STALE);
        } catch (ProviderUnusable unreachable) {
            return page(Refusal.UNREACHABLE);
        }
        Optional<Begun> first = begun.of(request, known);
        if (first.isEmpty()) {
            return page(Refusal.STALE);
        }
        begun.end(response);
        if (!attempts.permits(request)) {
            return refused(first.get(), Refusal.LIMITED, then);
        }
        boolean isOfProvider = code.isEmpty() != error.isEmpty()
                && (iss.isEmpty() || iss.equals(known.getProviderDetails().getIssuerUri()));
        Optional<Person> person =
                isOfProvider ? answers.read(known, exchange(first.get().sent(), code, state, error)) : Optional.empty();
        if (first.get().purpose() == Purpose.LINK) {
            return linked(first.get(), person, request, then);
        }
        Outcome outcome;
        try {
            outcome = person.map(somebody -> outcome(first.get(), somebody, request))
                    .orElseGet(() -> new Outcome.Refused(Refusal.FAILED, ""));
        } catch (InvitationVoid ended) {
            return redirect("/sign-in?usedInvitation");
        }
        return switch (outcome) {
            case Outcome.Refused refused -> {
                failed.count(refused.login(), "oidc", request);
                yield refused(first.get(), refused.why(), then);
            }
            case Outcome.SignedIn in -> signedIn(first.get(), in, request, response);
        };
    }

    private static OAuth2AuthorizationExchange exchange(
            OAuth2AuthorizationRequest sent, String code, String state, String error) {
        OAuth2AuthorizationResponse.Builder answer =
                error.isEmpty() ? OAuth2AuthorizationResponse.success(code) : OAuth2AuthorizationResponse.error(error);
        return new OAuth2AuthorizationExchange(
                sent,
                answer.state(state)
                        .redirectUri(String.valueOf(sent.getRedirectUri()))
                        .build());
    }

    private Outcome outcome(Begun first, Person person, HttpServletRequest request) {
        return first.purpose() == Purpose.ACCEPT ? links.accept(first, person, request) : signIns.signIn(person);
    }

    private ModelAndView linked(
            Begun first, Optional<Person> person, HttpServletRequest request, RedirectAttributes then) {
        Optional<Refusal> why =
                person.isEmpty() ? Optional.of(Refusal.FAILED) : links.link(first, person.get(), request);
        if (why.isPresent()) {
            return refused(first, why.get(), then);
        }
        then.addFlashAttribute("linked", "true");
        return redirect(ACCOUNT);
    }

    private ModelAndView signedIn(
            Begun first, Outcome.SignedIn in, HttpServletRequest request, HttpServletResponse response) {
        Caller caller = in.caller();
        if (factors.isOn(caller.user())) {
            codes.begin(new CodeRequired(caller, in.shown(), Optional.of(in.identity())), response);
            return redirect(ExpiredSessionRequests.SIGN_IN_CODE);
        }
        if (!caller.role().isStaff()) {
            devices.remember(caller, request, response);
        }
        sessions.signIn(new CallerAuthentication(caller, in.shown(), Optional.of(in.identity())), request, response);
        return redirect(
                switch (first.purpose()) {
                    case CONFIRM -> returning(ACCOUNT, request, response);
                    case ACCEPT -> links.isOpen(first) ? invitation(first) : "/jails";
                    case SIGN_IN, LINK -> returning("/jails", request, response);
                });
    }

    private String returning(String otherwise, HttpServletRequest request, HttpServletResponse response) {
        SavedRequest saved = paths.getRequest(request, response);
        return saved == null ? otherwise : saved.getRedirectUrl();
    }

    private static String invitation(Begun first) {
        return "/sign-in/invitation/" + first.invitation();
    }

    /** Says why on the page from which the browser went to the provider. */
    private static ModelAndView refused(Begun first, Refusal why, RedirectAttributes then) {
        return switch (first.purpose()) {
            case SIGN_IN, CONFIRM -> page(why);
            case LINK -> {
                then.addFlashAttribute("providerRefusal", why.message());
                yield redirect(ACCOUNT);
            }
            case ACCEPT -> {
                then.addFlashAttribute("providerRefusal", why.message());
                yield redirect(invitation(first));
            }
        };
    }

    private static ModelAndView page(Refusal why) {
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
