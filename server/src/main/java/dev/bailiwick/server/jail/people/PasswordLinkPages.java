package dev.bailiwick.server.jail.people;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.signin.reset.PasswordResets;
import dev.bailiwick.server.page.PasswordLinks;
import dev.bailiwick.server.page.PathIds;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The button that creates a link that sets the password of somebody of a customer. */
@Controller
class PasswordLinkPages {

    private final PasswordResets resets;

    PasswordLinkPages(PasswordResets resets) {
        this.resets = resets;
    }

    @PostMapping("/people/{customer}/{user}/password")
    String issue(
            Caller caller,
            @PathVariable String customer,
            @PathVariable String user,
            HttpServletRequest request,
            RedirectAttributes then) {
        CustomerId of = new CustomerId(PathIds.uuid(customer));
        UserId whose = new UserId(PathIds.uuid(user));
        PasswordLinks.issue(() -> resets.issue(caller, of, whose), request, then);
        return "redirect:/people/" + of + "/" + whose;
    }
}
