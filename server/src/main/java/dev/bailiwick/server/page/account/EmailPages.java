package dev.bailiwick.server.page.account;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.notice.NoticeChoices;
import dev.bailiwick.server.account.notice.NoticeTopic;
import dev.bailiwick.server.account.signin.email.OwnEmail;
import dev.bailiwick.server.page.FieldErrors;
import dev.bailiwick.server.problem.Failure;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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
    private final NoticeChoices choices;
    private final MessageSource messages;
    private final Clock clock;

    EmailPages(OwnEmail email, NoticeChoices choices, MessageSource messages, Clock clock) {
        this.email = email;
        this.choices = choices;
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

    /** @param on the topics of the letters that the user wants */
    @PostMapping("/account/notices")
    String choose(Caller caller, @RequestParam(defaultValue = "") List<String> on, RedirectAttributes then) {
        choices.change(
                caller,
                Arrays.stream(NoticeTopic.values())
                        .filter(NoticeTopic::isOptional)
                        .filter(topic -> !on.contains(topic.toString()))
                        .collect(Collectors.toSet()));
        then.addFlashAttribute("toast", message("account.notices.changed"));
        return PAGE;
    }

    private String page(Caller caller, String typed, Map<String, List<String>> errors, Model model) {
        model.addAttribute("email", ShownEmail.of(email.status(caller), email.isPossible(), clock.instant()));
        Set<NoticeTopic> off = choices.off(caller);
        model.addAttribute(
                "notices",
                Arrays.stream(NoticeTopic.values())
                        .filter(NoticeTopic::isOptional)
                        .map(topic -> new Choice(topic.toString(), !off.contains(topic)))
                        .toList());
        model.addAttribute("typed", typed);
        model.addAttribute("errors", errors);
        return "account/email";
    }

    /**
     * Letters that a user can turn off.
     *
     * @param topic what they are about
     */
    record Choice(String topic, boolean on) {}

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}
