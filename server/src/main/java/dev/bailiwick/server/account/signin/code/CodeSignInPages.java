package dev.bailiwick.server.account.signin.code;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.passkey.Passkeys;
import dev.bailiwick.server.account.signin.form.ExpiredSessionRequests;
import dev.bailiwick.server.account.user.UserPasswords;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;

/** The pages that ask for a code, or to confirm. Filters read their forms. */
@Controller
class CodeSignInPages {

    private final PendingSignIns pending;
    private final SecondFactors factors;
    private final UserPasswords passwords;
    private final Passkeys passkeys;

    CodeSignInPages(PendingSignIns pending, SecondFactors factors, UserPasswords passwords, Passkeys passkeys) {
        this.pending = pending;
        this.factors = factors;
        this.passwords = passwords;
        this.passkeys = passkeys;
    }

    /** Only forwards get here. */
    @RequestMapping(ExpiredSessionRequests.CODE_PAGE)
    String ask() {
        return "sign-in-code";
    }

    /** Asks to confirm that it is whoever has signed in; only forwards get here. */
    @RequestMapping(ExpiredSessionRequests.CONFIRM_PAGE)
    String confirm(Caller caller, Model model) {
        Caller.SignedIn signedIn = caller.signedIn();
        model.addAttribute("needsCode", factors.isOn(signedIn.user()));
        model.addAttribute("hasPassword", passwords.isSet(signedIn.user()));
        model.addAttribute("hasPasskeys", !passkeys.list(signedIn.user()).isEmpty());
        model.addAttribute("name", signedIn.login());
        model.addAttribute("acting", caller.acting().isPresent());
        return "confirm";
    }

    @GetMapping(ExpiredSessionRequests.SIGN_IN_CODE)
    String askAgain(HttpServletRequest request) {
        return pending.of(request).isPresent() ? "sign-in-code" : "redirect:/sign-in";
    }
}
