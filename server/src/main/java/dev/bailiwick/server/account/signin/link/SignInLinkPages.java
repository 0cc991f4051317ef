package dev.bailiwick.server.account.signin.link;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Factor;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.account.factor.CodeRefused;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.signin.password.FailedSignIns;
import dev.bailiwick.server.account.signin.password.KnownDevices;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import dev.bailiwick.server.account.signin.password.PasswordCheckLimit;
import dev.bailiwick.server.account.signin.password.TooManyAttempts;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.problem.Failure;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
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
    private final SecondFactors factors;
    private final PasswordAttempts attempts;
    private final FailedSignIns failed;
    private final PasswordCheckLimit turns;
    private final KnownDevices devices;
    private final Clock clock;

    SignInLinkPages(
            SignInLinks links,
            Users users,
            ApiTokens tokens,
            SecondFactors factors,
            PasswordAttempts attempts,
            FailedSignIns failed,
            PasswordCheckLimit turns,
            KnownDevices devices,
            Clock clock) {
        this.links = links;
        this.factors = factors;
        this.attempts = attempts;
        this.failed = failed;
        this.turns = turns;
        this.devices = devices;
        this.clock = clock;
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
        return page(secret, owner.get(), "", model);
    }

    /** @param error why the code was refused; empty if it was not */
    private String page(String secret, Caller owner, String error, Model model) {
        model.addAttribute("secret", secret);
        model.addAttribute("name", owner.login());
        model.addAttribute("replaced", current().map(Caller::login).orElse(""));
        model.addAttribute("needsCode", factors.isOn(owner.user()));
        model.addAttribute("error", error);
        return "sign-in-link";
    }

    /**
     * Signs in by link. A user with a second factor gives a code as well; a wrong one leaves the link unused.
     *
     * @param code a code of the user's authenticator, or a recovery code
     * @param replaced the login that the page showed as signed in, empty for nobody; if another is signed in now, the page asks
     *     again
     */
    @PostMapping("/sign-in/link/{secret}")
    String byLink(
            @PathVariable String secret,
            @RequestParam(defaultValue = "") String code,
            @RequestParam(defaultValue = "") String replaced,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        if (!current().map(Caller::login).orElse("").equals(replaced)) {
            return "redirect:/sign-in/link/{secret}";
        }
        Optional<Caller> owner = links.whose(secret);
        Factors shown = Factors.of(Factor.LINK, clock.instant());
        if (owner.isPresent() && factors.isOn(owner.get().user())) {
            try {
                shown = shown.and(second(owner.get(), code, request), clock.instant());
            } catch (Failure refused) {
                if (refused instanceof CodeRefused) {
                    failed.count(owner.get().login(), "code", request);
                }
                return page(secret, owner.get(), refused.detail(), model);
            }
        }
        Optional<SignInLinks.SignIn> used = links.redeem(secret);
        if (used.isEmpty()) {
            failed.count("", "link", request);
            return "redirect:/sign-in?usedLink";
        }
        devices.remember(used.get().caller(), request, response);
        sessions.signIn(used.get().caller(), shown, request, response);
        used.get().token().ifPresent(token -> SessionUser.boundBy(token, request));
        return "redirect:/jails";
    }

    private Factor second(Caller owner, String code, HttpServletRequest request) {
        if (!attempts.permits(request, owner.login())) {
            throw new TooManyAttempts();
        }
        Factor shown = turns.take(() -> factors.accept(owner.user(), code)).orElseThrow(CodeRefused::new);
        attempts.right(request, owner.login());
        return shown;
    }

    private static Optional<Caller> current() {
        Authentication known = SecurityContextHolder.getContext().getAuthentication();
        return known != null && known.getPrincipal() instanceof Caller caller ? Optional.of(caller) : Optional.empty();
    }
}
