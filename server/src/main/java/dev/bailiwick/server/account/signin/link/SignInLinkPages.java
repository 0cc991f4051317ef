package dev.bailiwick.server.account.signin.link;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.user.Users;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The pages for signing in by link. */
@Controller
class SignInLinkPages {

    private final SignInLinks links;
    private final SessionUser sessions;

    SignInLinkPages(SignInLinks links, Users users, ApiTokens tokens) {
        this.links = links;
        this.sessions = new SessionUser(users, tokens);
    }

    /**
     * Asks before the link is used: programs that scan mail follow links too, and another user may be signed in. A used or expired
     * link leads to the sign-in form, which says so.
     */
    @GetMapping("/sign-in/link/{secret}")
    String askFirst(@PathVariable String secret, Model model) {
        Optional<Caller> owner = links.whose(secret);
        Optional<Caller> current = current();
        if (owner.isEmpty()) {
            return "redirect:/sign-in?usedLink";
        }
        if (current.isPresent() && current.get().user().equals(owner.get().user())) {
            return "redirect:/jails";
        }
        model.addAttribute("secret", secret);
        model.addAttribute("name", owner.get().login());
        model.addAttribute("replaced", current.map(Caller::login).orElse(""));
        return "sign-in-link";
    }

    /**
     * Signs in by link.
     *
     * @param replaced the login that the page showed as signed in, empty for nobody; if another is signed in now, the page asks
     *     again
     */
    @PostMapping("/sign-in/link/{secret}")
    String byLink(
            @PathVariable String secret,
            @RequestParam(defaultValue = "") String replaced,
            HttpServletRequest request,
            HttpServletResponse response) {
        if (!current().map(Caller::login).orElse("").equals(replaced)) {
            return "redirect:/sign-in/link/{secret}";
        }
        return links.redeem(secret)
                .map(used -> {
                    sessions.signIn(used.caller(), request, response);
                    used.token().ifPresent(token -> SessionUser.boundBy(token, request));
                    return "redirect:/jails";
                })
                .orElse("redirect:/sign-in?usedLink");
    }

    private static Optional<Caller> current() {
        Authentication known = SecurityContextHolder.getContext().getAuthentication();
        return known != null && known.getPrincipal() instanceof Caller caller ? Optional.of(caller) : Optional.empty();
    }
}
