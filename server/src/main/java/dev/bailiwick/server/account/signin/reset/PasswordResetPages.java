package dev.bailiwick.server.account.signin.reset;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import dev.bailiwick.server.account.signin.password.PasswordCheckLimit;
import dev.bailiwick.server.account.signin.password.TooManyAttempts;
import dev.bailiwick.server.problem.Failure;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The page of a link that sets a password. A link that does not hold leads to the sign-in form, which says so. */
@Controller
class PasswordResetPages {

    private static final String VOID = "redirect:/sign-in?usedReset";

    private final PasswordResets resets;
    private final SecondFactors factors;
    private final PasswordAttempts attempts;
    private final PasswordCheckLimit turns;
    private final MessageSource messages;

    PasswordResetPages(
            PasswordResets resets,
            SecondFactors factors,
            PasswordAttempts attempts,
            PasswordCheckLimit turns,
            MessageSource messages) {
        this.resets = resets;
        this.factors = factors;
        this.attempts = attempts;
        this.turns = turns;
        this.messages = messages;
    }

    @GetMapping("/sign-in/reset/{secret}")
    String ask(@PathVariable String secret, Model model) {
        return page(secret, Map.of(), model);
    }

    @PostMapping("/sign-in/reset/{secret}")
    String reset(
            @PathVariable String secret,
            @RequestParam(defaultValue = "") String password,
            @RequestParam(defaultValue = "") String repeated,
            @RequestParam(defaultValue = "") String code,
            HttpServletRequest request,
            Model model) {
        Optional<Caller> user = resets.whose(secret);
        if (user.isEmpty()) {
            return VOID;
        }
        if (!password.equals(repeated)) {
            return page(
                    secret,
                    Map.of("repeated", List.of(messages.getMessage("account.password.differs", null, Locale.ENGLISH))),
                    model);
        }
        try {
            if (!attempts.permits(request, user.get().login())) {
                throw new TooManyAttempts();
            }
            turns.take(() -> {
                resets.reset(secret, password, code);
                return true;
            });
            attempts.right(request, user.get().login());
        } catch (ResetVoid used) {
            return VOID;
        } catch (Failure refused) {
            return page(secret, errors(refused), model);
        }
        return "redirect:/sign-in?passwordSet";
    }

    private static Map<String, List<String>> errors(Failure refused) {
        return refused.violations().isEmpty()
                ? Map.of("password", List.of(refused.detail()))
                : refused.violations().stream()
                        .collect(Collectors.groupingBy(
                                violation -> violation.pointer().substring(1),
                                Collectors.mapping(Violation::message, Collectors.toList())));
    }

    private String page(String secret, Map<String, List<String>> errors, Model model) {
        Optional<Caller> user = resets.whose(secret);
        if (user.isEmpty()) {
            return VOID;
        }
        model.addAttribute("secret", secret);
        model.addAttribute("name", user.get().login());
        model.addAttribute("needsCode", factors.isOn(user.get().user()));
        model.addAttribute("errors", errors);
        return "reset";
    }
}
