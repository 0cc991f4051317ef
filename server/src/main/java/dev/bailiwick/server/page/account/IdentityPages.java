package dev.bailiwick.server.page.account;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.IdentityId;
import dev.bailiwick.server.account.identity.LastWayIn;
import dev.bailiwick.server.account.signin.oidc.OwnIdentities;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Locale;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Links accounts at providers to the user, and removes the links. */
@Controller
@ConditionalOnWebApplication
class IdentityPages {

    private static final String ACCOUNT = "redirect:/account";

    private final OwnIdentities identities;
    private final MessageSource messages;

    IdentityPages(OwnIdentities identities, MessageSource messages) {
        this.identities = identities;
        this.messages = messages;
    }

    /** Shows the way to the provider. Browsers let no form lead to another site, so a page leads there. */
    @PostMapping("/account/identities")
    String begin(
            Caller caller,
            @RequestParam(defaultValue = "") String provider,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model,
            RedirectAttributes then) {
        try {
            model.addAttribute("target", identities.begin(caller, provider, request, response));
        } catch (InvalidRequest unknown) {
            return refused("account.identity.unknown", then);
        } catch (Failure unreachable) {
            return refused("sign-in.provider.unreachable", then);
        }
        model.addAttribute("about", "provider.leave.link");
        model.addAttribute("back", "/account");
        return "provider";
    }

    @PostMapping("/account/identities/remove")
    String remove(Caller caller, @RequestParam(defaultValue = "") String identity, RedirectAttributes then) {
        try {
            identities.remove(caller, new IdentityId(PathIds.uuid(identity)));
        } catch (LastWayIn last) {
            return refused("account.identity.last", then);
        }
        then.addFlashAttribute("toast", messages.getMessage("account.identity.removed", null, Locale.ENGLISH));
        return ACCOUNT;
    }

    private static String refused(String why, RedirectAttributes then) {
        then.addFlashAttribute("providerRefusal", why);
        return ACCOUNT;
    }
}
