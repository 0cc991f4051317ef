package dev.bailiwick.server.page.account;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.identity.LastWayIn;
import dev.bailiwick.server.account.passkey.Site;
import dev.bailiwick.server.account.signin.passkey.OwnPasskeys;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.MessageSource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The pages that create and remove a passkey of the user. The browser creates it, with the script {@code passkey.js}. */
@Controller
@ConditionalOnWebApplication
class PasskeyPages {

    private static final String ACCOUNT = "redirect:/account";

    private final OwnPasskeys passkeys;
    private final MessageSource messages;

    PasskeyPages(OwnPasskeys passkeys, MessageSource messages) {
        this.passkeys = passkeys;
        this.messages = messages;
    }

    @GetMapping("/account/passkeys/new")
    String show(HttpServletRequest request, Model model) {
        return page("", Map.of(), request, model);
    }

    /** What the browser needs to create a passkey. */
    @GetMapping("/account/passkeys/options")
    ResponseEntity<String> options(Caller caller, HttpServletRequest request, HttpServletResponse response) {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noStore())
                .body(passkeys.creationOptions(caller, request, response));
    }

    @PostMapping("/account/passkeys")
    String add(
            Caller caller,
            @RequestParam(defaultValue = "") String name,
            @RequestParam(defaultValue = "") String credential,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model,
            RedirectAttributes then) {
        try {
            passkeys.add(caller, name, credential, request, response);
        } catch (Failure refused) {
            List<String> why = refused.violations().isEmpty()
                    ? List.of(refused.detail())
                    : refused.violations().stream().map(Violation::message).toList();
            return page(name, Map.of("name", why), request, model);
        }
        then.addFlashAttribute("toast", message("account.passkey.added", name.strip()));
        return ACCOUNT;
    }

    @PostMapping("/account/passkeys/remove")
    String remove(Caller caller, @RequestParam(defaultValue = "") String passkey, RedirectAttributes then) {
        try {
            passkeys.remove(caller, PathIds.uuid(passkey));
        } catch (LastWayIn last) {
            then.addFlashAttribute("providerRefusal", "account.identity.last");
            return ACCOUNT;
        }
        then.addFlashAttribute("toast", message("account.passkey.removed"));
        return ACCOUNT;
    }

    private static String page(String name, Map<String, List<String>> errors, HttpServletRequest request, Model model) {
        model.addAttribute("name", name);
        model.addAttribute("named", Site.of(request).isPresent());
        model.addAttribute("errors", errors);
        return "passkey";
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}
