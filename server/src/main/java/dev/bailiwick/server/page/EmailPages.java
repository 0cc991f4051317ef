package dev.bailiwick.server.page;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.signin.email.OwnEmail;
import dev.bailiwick.server.problem.Failure;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page of the address at which a user gets mail. */
@Controller
@ConditionalOnWebApplication
class EmailPages {

    private static final String PAGE = "redirect:/account/email";

    private final OwnEmail email;
    private final MessageSource messages;
    private final Clock clock;

    EmailPages(OwnEmail email, MessageSource messages, Clock clock) {
        this.email = email;
        this.messages = messages;
        this.clock = clock;
    }

    @GetMapping("/account/email")
    String show(Caller caller, Model model) {
        return page(caller, "", Map.of(), model);
    }

    @PostMapping("/account/email")
    String set(Caller caller, @RequestParam(defaultValue = "") String address, Model model, RedirectAttributes then) {
        try {
            email.set(caller, address);
        } catch (Failure refused) {
            return page(caller, address, FieldErrors.of(refused, "address"), model);
        }
        then.addFlashAttribute("toast", message("account.email.sent", address.strip()));
        return PAGE;
    }

    @PostMapping("/account/email/remove")
    String remove(Caller caller, RedirectAttributes then) {
        email.remove(caller);
        then.addFlashAttribute("toast", message("account.email.removed"));
        return PAGE;
    }

    private String page(Caller caller, String typed, Map<String, List<String>> errors, Model model) {
        model.addAttribute("email", ShownEmail.of(email.status(caller), email.isPossible(), clock.instant()));
        model.addAttribute("typed", typed);
        model.addAttribute("errors", errors);
        return "account/email";
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}
