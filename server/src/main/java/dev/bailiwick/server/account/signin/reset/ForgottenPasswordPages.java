package dev.bailiwick.server.account.signin.reset;

import dev.bailiwick.server.account.authentication.Origin;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The page for people who have forgotten their password. Its answer is the same whoever they are. */
@Controller
class ForgottenPasswordPages {

    private final ForgottenPasswords forgotten;
    private final PasswordAttempts attempts;

    ForgottenPasswordPages(ForgottenPasswords forgotten, PasswordAttempts attempts) {
        this.forgotten = forgotten;
        this.attempts = attempts;
    }

    @GetMapping("/sign-in/forgotten")
    String show(Model model) {
        return page(model);
    }

    /** @param name a login or an address */
    @PostMapping("/sign-in/forgotten")
    String ask(
            @RequestParam(defaultValue = "") String name,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        if (!attempts.permitsMail(request)) {
            response.setStatus(HttpStatus.TOO_MANY_REQUESTS.value());
            response.setHeader(HttpHeaders.RETRY_AFTER, String.valueOf(PasswordAttempts.PERIOD.toSeconds()));
            model.addAttribute("limited", true);
            return page(model);
        }
        forgotten.ask(name, Origin.of(request));
        return "redirect:/sign-in?mailSent";
    }

    private String page(Model model) {
        model.addAttribute("possible", forgotten.isPossible());
        return "forgotten";
    }
}
