package dev.bailiwick.server.page.account;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.session.UserSessions;
import dev.bailiwick.server.account.signin.code.OwnSecondFactor;
import dev.bailiwick.server.account.signin.email.OwnEmail;
import dev.bailiwick.server.account.signin.oidc.OwnIdentities;
import dev.bailiwick.server.account.signin.passkey.OwnPasskeys;
import dev.bailiwick.server.account.signin.password.PasswordChange;
import dev.bailiwick.server.page.FieldErrors;
import dev.bailiwick.server.problem.Failure;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The account page, where all users change their password and end their sessions, with the ways to their tokens and SSH keys. */
@Controller
@ConditionalOnWebApplication
class AccountPages {

    private final PasswordChange password;
    private final UserSessions sessions;
    private final OwnSecondFactor second;
    private final OwnPasskeys passkeys;
    private final OwnIdentities identities;
    private final OwnEmail email;
    private final MessageSource messages;
    private final Clock clock;

    AccountPages(
            PasswordChange password,
            UserSessions sessions,
            OwnSecondFactor second,
            OwnPasskeys passkeys,
            OwnIdentities identities,
            OwnEmail email,
            MessageSource messages,
            Clock clock) {
        this.password = password;
        this.sessions = sessions;
        this.second = second;
        this.passkeys = passkeys;
        this.identities = identities;
        this.email = email;
        this.messages = messages;
        this.clock = clock;
    }

    @ModelAttribute("sessions")
    List<ShownSession> sessions(Caller caller, HttpServletRequest request) {
        return sessions.list(caller, request).stream()
                .map(session -> ShownSession.of(session, clock.instant()))
                .toList();
    }

    @GetMapping("/account")
    String show(Caller caller, Model model) {
        return page(caller, Map.of(), model);
    }

    @PostMapping("/account/password")
    String changePassword(
            Caller caller,
            @RequestParam(defaultValue = "") String current,
            @RequestParam(defaultValue = "") String code,
            @RequestParam(name = "password", defaultValue = "") String wanted,
            @RequestParam(defaultValue = "") String repeated,
            HttpServletRequest request,
            Model model,
            RedirectAttributes then) {
        if (!wanted.equals(repeated)) {
            return page(caller, Map.of("repeated", List.of(message("account.password.differs"))), model);
        }
        try {
            password.changeAndStay(caller, current, code, wanted, request);
        } catch (Failure refused) {
            return page(caller, FieldErrors.of(refused, "current"), model);
        }
        then.addFlashAttribute("toast", message("account.password.changed"));
        return "redirect:/account";
    }

    @PostMapping("/account/sessions/end")
    String endSession(Caller caller, @RequestParam(defaultValue = "") String session, RedirectAttributes then) {
        sessions.end(caller, session);
        then.addFlashAttribute("toast", message("account.session.ended"));
        return "redirect:/account";
    }

    @PostMapping("/account/sessions/end-others")
    String endOtherSessions(Caller caller, HttpServletRequest request, RedirectAttributes then) {
        sessions.endOthers(caller, request);
        then.addFlashAttribute("toast", message("account.sessions.ended"));
        return "redirect:/account";
    }

    @ModelAttribute("secondFactor")
    ShownSecondFactor secondFactor(Caller caller) {
        return ShownSecondFactor.of(second.status(caller), clock.instant());
    }

    @ModelAttribute("passkeys")
    List<ShownPasskey> passkeys(Caller caller) {
        return passkeys.list(caller).stream()
                .map(passkey -> ShownPasskey.of(passkey, clock.instant()))
                .toList();
    }

    @ModelAttribute("identities")
    List<ShownIdentity> identities(Caller caller) {
        return identities.list(caller).stream()
                .map(identity -> ShownIdentity.of(identity, clock.instant()))
                .toList();
    }

    /** The providers at which the user can link an account. */
    @ModelAttribute("linkable")
    List<OwnIdentities.Linkable> linkable(Caller caller) {
        return identities.linkable(caller);
    }

    @ModelAttribute("email")
    ShownEmail email(Caller caller) {
        return ShownEmail.of(email.status(caller), email.isPossible(), clock.instant());
    }

    @ModelAttribute("leftToProvider")
    boolean leftToProvider(Caller caller) {
        return password.isLeftToProvider(caller);
    }

    @ModelAttribute("hasPassword")
    boolean hasPassword(Caller caller) {
        return password.isPossible(caller);
    }

    private String page(Caller caller, Map<String, List<String>> errors, Model model) {
        model.addAttribute("login", caller.login());
        model.addAttribute("errors", errors);
        return "account";
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}
