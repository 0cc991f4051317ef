package dev.bailiwick.server.page;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.session.UserSessions;
import dev.bailiwick.server.account.signin.code.OwnSecondFactor;
import dev.bailiwick.server.account.signin.password.PasswordChange;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.problem.Failure;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The account page, where all users change their password, create and revoke their tokens, and end their sessions. */
@Controller
@ConditionalOnWebApplication
class AccountPages {

    /** The maximum number of tokens that the page shows. */
    private static final int MAX_TOKENS = 500;

    private final PasswordChange password;
    private final ApiTokens tokens;
    private final UserSessions sessions;
    private final OwnSecondFactor second;
    private final MessageSource messages;
    private final Clock clock;

    AccountPages(
            PasswordChange password,
            ApiTokens tokens,
            UserSessions sessions,
            OwnSecondFactor second,
            MessageSource messages,
            Clock clock) {
        this.password = password;
        this.tokens = tokens;
        this.sessions = sessions;
        this.second = second;
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
        return page(caller, TokenForm.BLANK, Map.of(), model);
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
            return page(
                    caller, TokenForm.BLANK, Map.of("repeated", List.of(message("account.password.differs"))), model);
        }
        try {
            password.changeAndStay(caller, current, code, wanted, request);
        } catch (Failure refused) {
            return page(caller, TokenForm.BLANK, errors(refused, "current"), model);
        }
        then.addFlashAttribute("toast", message("account.password.changed"));
        return "redirect:/account";
    }

    /** Shows a form again that was sent after its session had ended. */
    @PostMapping("/carried/account/tokens")
    String showTokenAgain(
            Caller caller,
            @RequestParam(defaultValue = "") String name,
            @RequestParam(defaultValue = "") List<String> scopes,
            @RequestParam(defaultValue = "") String expires,
            Model model) {
        return page(caller, new TokenForm(name, List.copyOf(scopes), expires), Map.of(), model);
    }

    @PostMapping("/account/tokens")
    String makeToken(
            Caller caller,
            @RequestParam(defaultValue = "") String name,
            @RequestParam(defaultValue = "") List<String> scopes,
            @RequestParam(defaultValue = "") String expires,
            Model model,
            RedirectAttributes then) {
        TokenForm form = new TokenForm(name, List.copyOf(scopes), expires);
        try {
            ApiTokens.IssuedToken issued = tokens.issue(caller, form.read(clock.instant()));
            then.addFlashAttribute("made", issued.token().name());
            then.addFlashAttribute("secret", issued.secret());
        } catch (Failure refused) {
            return page(caller, form, errors(refused, "name"), model);
        }
        return "redirect:/account";
    }

    @PostMapping("/account/tokens/{id}/revoke")
    String revoke(Caller caller, @PathVariable String id, RedirectAttributes then) {
        String name = tokens.revoke(caller, new TokenId(PathIds.uuid(id))).name();
        then.addFlashAttribute("toast", message("account.token.revoked", name));
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

    private String page(Caller caller, TokenForm form, Map<String, List<String>> errors, Model model) {
        model.addAttribute(
                "tokens",
                tokens.inUse(caller, MAX_TOKENS).stream()
                        .map(token -> ShownToken.of(token, clock.instant()))
                        .toList());
        model.addAttribute("login", caller.login());
        model.addAttribute("form", form);
        model.addAttribute(
                "scopes", caller.scopes().stream().sorted().map(Scope::toString).toList());
        model.addAttribute(
                "expiries",
                TokenForm.EXPIRIES.stream()
                        .map(days -> new SelectOption(days, message("account.token.expires." + days)))
                        .toList());
        model.addAttribute("errors", errors);
        return "account";
    }

    /** @param general the field that shows a failure that concerns no field */
    private static Map<String, List<String>> errors(Failure failure, String general) {
        Map<String, List<String>> errors = new HashMap<>();
        for (Violation violation : failure.violations()) {
            errors.computeIfAbsent(violation.pointer().substring(1), _ -> new ArrayList<>())
                    .add(violation.message());
        }
        if (errors.isEmpty()) {
            errors.put(general, List.of(failure.detail()));
        }
        return errors;
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}
