package dev.bailiwick.server.account.signin.invitation;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Factor;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.member.InvitationAcceptance;
import dev.bailiwick.server.account.member.InvitationVoid;
import dev.bailiwick.server.account.signin.oidc.ProviderRequests;
import dev.bailiwick.server.account.signin.password.FailedSignIns;
import dev.bailiwick.server.account.signin.password.KnownDevices;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import dev.bailiwick.server.account.signin.password.PasswordCheckLimit;
import dev.bailiwick.server.account.signin.password.TooManyAttempts;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.user.SignInRefused;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.springframework.context.MessageSource;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The page of an invitation. It offers both to set a password and to sign in, whether or not somebody has the login already. An
 * invitation that does not hold leads to the sign-in form, which says so.
 */
@Controller
class InvitationPages {

    private static final String VOID = "redirect:/sign-in?usedInvitation";

    /** The page asks again, or says that the invitation does not hold. */
    private static final String AGAIN = "redirect:/sign-in/invitation/{secret}";

    private static final String ACCEPTED = "redirect:/jails";

    private final InvitationAcceptance invitations;
    private final PasswordAttempts attempts;
    private final FailedSignIns failed;
    private final ProviderRequests requests;
    private final PasswordCheckLimit turns;
    private final KnownDevices devices;
    private final SessionUser sessions;
    private final SecondFactors factors;
    private final MessageSource messages;
    private final Clock clock;

    InvitationPages(
            InvitationAcceptance invitations,
            PasswordAttempts attempts,
            FailedSignIns failed,
            ProviderRequests requests,
            PasswordCheckLimit turns,
            KnownDevices devices,
            Users users,
            ApiTokens tokens,
            SecondFactors factors,
            MessageSource messages,
            Clock clock) {
        this.invitations = invitations;
        this.attempts = attempts;
        this.failed = failed;
        this.requests = requests;
        this.turns = turns;
        this.devices = devices;
        this.sessions = new SessionUser(users, tokens);
        this.factors = factors;
        this.messages = messages;
        this.clock = clock;
    }

    /** Asks before the invitation is used: programs that scan mail follow links too, and another user may be signed in. */
    @GetMapping("/sign-in/invitation/{secret}")
    String ask(@PathVariable String secret, Model model) {
        return page(secret, Map.of(), model);
    }

    /**
     * Accepts.
     *
     * @param by how: {@code session} as the signed-in user; {@code new} as a new user with {@code password}, typed again in
     *     {@code repeated}; {@code existing} as the user who has the login, with their password in {@code current}, and with a
     *     {@code code} if they have a second factor; {@code provider} as a new user, by an account at the {@code provider}
     * @param replaced the login that the page showed as signed in, empty for nobody; if another is signed in now, the page asks
     *     again
     */
    @PostMapping("/sign-in/invitation/{secret}")
    String accept(
            @PathVariable String secret,
            @RequestParam(defaultValue = "") String by,
            @RequestParam(defaultValue = "") String password,
            @RequestParam(defaultValue = "") String repeated,
            @RequestParam(name = "current", defaultValue = "") String known,
            @RequestParam(defaultValue = "") String code,
            @RequestParam(defaultValue = "") String provider,
            @RequestParam(defaultValue = "") String replaced,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        if (!current().map(Caller::login).orElse("").equals(replaced)) {
            return AGAIN;
        }
        return switch (by) {
            case "session" -> accept(secret);
            case "new" ->
                password.equals(repeated)
                        ? signIn(
                                secret,
                                "password",
                                () -> new Accepted(
                                        invitations.acceptAsNew(secret, password),
                                        Factors.of(Factor.INVITATION, clock.instant())),
                                request,
                                response,
                                model)
                        : page(secret, Map.of("repeated", List.of(message("account.password.differs"))), model);
            case "existing" ->
                signIn(secret, "current", () -> acceptByPassword(secret, known, code), request, response, model);
            case "provider" -> leave(secret, provider, request, response, model);
            default -> AGAIN;
        };
    }

    /** Browsers let no form lead to another site, so a page leads there. */
    private String leave(
            String secret, String provider, HttpServletRequest request, HttpServletResponse response, Model model) {
        if (invitations.offer(secret).isEmpty()) {
            return VOID;
        }
        try {
            model.addAttribute("target", requests.toAccept(provider, secret, request, response));
        } catch (Failure refused) {
            return page(secret, errors(refused, "provider"), model);
        }
        model.addAttribute("about", "provider.leave.accept");
        model.addAttribute("back", "/sign-in/invitation/" + secret);
        return "provider";
    }

    /** @param shown what the caller has shown to be signed in */
    private record Accepted(Caller caller, Factors shown) {}

    private Accepted acceptByPassword(String secret, String password, String code) {
        AtomicReference<Factors> shown = new AtomicReference<>(Factors.of(Factor.PASSWORD, clock.instant()));
        Caller caller = invitations.acceptByPassword(secret, password, user -> {
            if (factors.isOn(user.user())) {
                Factor second = factors.accept(user.user(), code)
                        .orElseThrow(() -> new InvalidRequest("/code", SecondFactors.REFUSED));
                shown.updateAndGet(first -> first.and(second, clock.instant()));
            }
        });
        return new Accepted(caller, shown.get());
    }

    private String accept(String secret) {
        Optional<Caller> current = current();
        if (current.isEmpty()) {
            return AGAIN;
        }
        try {
            invitations.acceptAs(current.get(), secret);
        } catch (InvitationVoid e) {
            return AGAIN;
        }
        return ACCEPTED;
    }

    /** @param field the field that shows why the password was refused */
    private String signIn(
            String secret,
            String field,
            Supplier<Accepted> accept,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        Optional<InvitationAcceptance.Offer> offer = invitations.offer(secret);
        if (offer.isEmpty()) {
            return VOID;
        }
        try {
            if (!attempts.permits(request, offer.get().login())) {
                throw new TooManyAttempts();
            }
            Accepted accepted = turns.take(accept);
            attempts.right(request, offer.get().login());
            devices.remember(accepted.caller(), request, response);
            sessions.signIn(accepted.caller(), accepted.shown(), request, response);
        } catch (InvitationVoid e) {
            return AGAIN;
        } catch (Failure refused) {
            if (refused instanceof SignInRefused) {
                failed.count(offer.get().login(), "password", request);
            }
            return page(secret, errors(refused, field), model);
        }
        return ACCEPTED;
    }

    private static Map<String, List<String>> errors(Failure refused, String field) {
        return refused.violations().isEmpty()
                ? Map.of(field, List.of(refused.detail()))
                : refused.violations().stream()
                        .collect(Collectors.groupingBy(
                                violation -> violation.pointer().substring(1),
                                Collectors.mapping(Violation::message, Collectors.toList())));
    }

    private String page(String secret, Map<String, List<String>> errors, Model model) {
        Optional<InvitationAcceptance.Offer> offer = invitations.offer(secret);
        if (offer.isEmpty()) {
            return VOID;
        }
        Optional<String> current = current().map(Caller::login);
        boolean isInvited = current.filter(offer.get().login()::equals).isPresent();
        model.addAttribute("secret", secret);
        model.addAttribute("offer", offer.get());
        model.addAttribute("isInvited", isInvited);
        model.addAttribute("signedIn", current.orElse(""));
        model.addAttribute("errors", errors);
        return "invitation";
    }

    private static Optional<Caller> current() {
        Authentication known = SecurityContextHolder.getContext().getAuthentication();
        return known != null && known.getPrincipal() instanceof Caller caller ? Optional.of(caller) : Optional.empty();
    }

    private String message(String key) {
        return messages.getMessage(key, null, Locale.ENGLISH);
    }
}
