package dev.bailiwick.server.account.signin.email;

import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** The page of a link that confirms an address. A link that does not hold leads to the sign-in form, which says so. */
@Controller
class EmailConfirmationPages {

    private static final String VOID = "redirect:/sign-in?usedEmail";

    private final EmailConfirmations confirmations;

    EmailConfirmationPages(EmailConfirmations confirmations) {
        this.confirmations = confirmations;
    }

    /** Asks before the link is used: programs that scan mail follow links too. */
    @GetMapping("/sign-in/email/{secret}")
    String ask(@PathVariable String secret, Model model) {
        Optional<EmailConfirmations.Offer> offer = confirmations.offer(secret);
        if (offer.isEmpty()) {
            return VOID;
        }
        model.addAttribute("secret", secret);
        model.addAttribute("name", offer.get().login());
        model.addAttribute("address", offer.get().address().text());
        return "email-confirmation";
    }

    @PostMapping("/sign-in/email/{secret}")
    String confirm(@PathVariable String secret) {
        try {
            confirmations.confirm(secret);
        } catch (ConfirmationVoid used) {
            return VOID;
        }
        return "redirect:/sign-in?emailConfirmed";
    }
}
