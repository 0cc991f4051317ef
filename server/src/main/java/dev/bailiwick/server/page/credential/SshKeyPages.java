package dev.bailiwick.server.page.credential;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.SshKeyId;
import dev.bailiwick.server.account.key.SshKey;
import dev.bailiwick.server.account.key.SshKeys;
import dev.bailiwick.server.page.FieldErrors;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page on which users add and remove their own SSH keys. */
@Controller
@ConditionalOnWebApplication
class SshKeyPages {

    /** More than a user can have. */
    private static final int MAX_KEYS = 500;

    private final SshKeys keys;
    private final MessageSource messages;
    private final Clock clock;

    SshKeyPages(SshKeys keys, MessageSource messages, Clock clock) {
        this.keys = keys;
        this.messages = messages;
        this.clock = clock;
    }

    @GetMapping("/account/keys")
    String show(Caller caller, Model model) {
        return page(caller, "", Map.of(), model);
    }

    /** Shows a form again that was sent after its session had ended. */
    @PostMapping("/carried/account/keys")
    String showAgain(Caller caller, @RequestParam(defaultValue = "") String key, Model model) {
        return page(caller, key, Map.of(), model);
    }

    /** A rejected key is not shown again, as it may be a private one. */
    @PostMapping("/account/keys")
    String add(Caller caller, @RequestParam(defaultValue = "") String key, Model model, RedirectAttributes then) {
        try {
            SshKey added = keys.add(caller, key);
            then.addFlashAttribute("toast", message("account.key.added", added.fingerprint()));
        } catch (Failure refused) {
            return page(caller, "", FieldErrors.of(refused, "key"), model);
        }
        return "redirect:/account/keys";
    }

    @PostMapping("/account/keys/{id}/remove")
    String remove(Caller caller, @PathVariable String id, RedirectAttributes then) {
        SshKey removed = keys.remove(caller, new SshKeyId(PathIds.uuid(id)));
        then.addFlashAttribute("toast", message("account.key.removed", removed.fingerprint()));
        return "redirect:/account/keys";
    }

    private String page(Caller caller, String key, Map<String, List<String>> errors, Model model) {
        model.addAttribute(
                "keys",
                keys.list(caller, caller.user(), Optional.empty(), MAX_KEYS).stream()
                        .map(known -> ShownKey.of(known, clock.instant()))
                        .toList());
        model.addAttribute("key", key);
        model.addAttribute("adds", caller.has(Scope.JAILS_CONSOLE) && caller.has(Scope.JAILS_FILES));
        model.addAttribute("errors", errors);
        return "account/keys";
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}
