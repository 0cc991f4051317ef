package dev.bailiwick.server.account.signin.invitation;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.account.member.InvitationVoid;
import dev.bailiwick.server.account.member.Invitations;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import dev.bailiwick.server.account.signin.password.PasswordCheckLimit;
import dev.bailiwick.server.account.signin.password.TooManyAttempts;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.problem.Failure;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
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

    private final Invitations invitations;
    private final PasswordAttempts attempts;
    private final PasswordCheckLimit turns;
    private final SessionUser sessions;
    private final MessageSource messages;

    InvitationPages(
            Invitations invitations,
            PasswordAttempts attempts,
            PasswordCheckLimit turns,
            Users users,
            ApiTokens tokens,
            MessageSource messages) {
        this.invitations = invitations;
        this.attempts = attempts;
        this.turns = turns;
        this.sessions = new SessionUser(users, tokens);
        this.messages = messages;
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
     *     {@code repeated}; {@code existing} as the user who has the login, with their password in {@code current}
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
                                () -> invitations.acceptAsNew(secret, password),
                                request,
                                response,
                                model)
                        : page(secret, Map.of("repeated", List.of(message("account.password.differs"))), model);
            case "existing" ->
                signIn(secret, "current", () -> invitations.acceptByPassword(secret, known), request, response, model);
            default -> AGAIN;
        };
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
            Supplier<Caller> accept,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        Optional<Invitations.Offer> offer = invitations.offer(secret);
        if (offer.isEmpty()) {
            return VOID;
        }
        try {
            if (!attempts.permits(request, offer.get().login())) {
                throw new TooManyAttempts();
            }
            sessions.signIn(turns.take(accept), request, response);
        } catch (InvitationVoid e) {
            return AGAIN;
        } catch (Failure refused) {
            List<String> reasons =
                    refused.violations().stream().map(Violation::message).toList();
            return page(secret, Map.of(field, reasons.isEmpty() ? List.of(refused.detail()) : reasons), model);
        }
        return ACCEPTED;
    }

    private String page(String secret, Map<String, List<String>> errors, Model model) {
        Optional<Invitations.Offer> offer = invitations.offer(secret);
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
