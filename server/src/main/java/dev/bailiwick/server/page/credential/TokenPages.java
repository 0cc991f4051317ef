package dev.bailiwick.server.page.credential;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.page.FieldErrors;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.page.SelectOption;
import dev.bailiwick.server.problem.Failure;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page on which users create, rotate and revoke their own API tokens. */
@Controller
@ConditionalOnWebApplication
class TokenPages {

    /** The maximum number of tokens that the page shows. */
    private static final int MAX_TOKENS = 500;

    /** For how long the secret before a rotation works, unless it is ended earlier. */
    private static final Duration OVERLAP = Duration.ofHours(24);

    private final ApiTokens tokens;
    private final MessageSource messages;
    private final Clock clock;

    TokenPages(ApiTokens tokens, MessageSource messages, Clock clock) {
        this.tokens = tokens;
        this.messages = messages;
        this.clock = clock;
    }

    @GetMapping("/account/tokens")
    String show(Caller caller, Model model) {
        return page(caller, TokenForm.BLANK, Map.of(), model);
    }

    /** Shows a form again that was sent after its session had ended. */
    @PostMapping("/carried/account/tokens")
    String showAgain(Caller caller, @ModelAttribute TokenForm form, Model model) {
        return page(caller, form, Map.of(), model);
    }

    @PostMapping("/account/tokens")
    String create(Caller caller, @ModelAttribute TokenForm form, Model model, RedirectAttributes then) {
        try {
            ApiTokens.IssuedToken issued = tokens.issue(caller, form.read(clock.instant()));
            then.addFlashAttribute("made", issued.token().name());
            then.addFlashAttribute("secret", issued.secret());
        } catch (Failure refused) {
            return page(caller, form, FieldErrors.of(refused, "name"), model);
        }
        return "redirect:/account/tokens";
    }

    @PostMapping("/account/tokens/{id}/rotate")
    String rotate(Caller caller, @PathVariable String id, RedirectAttributes then) {
        ApiTokens.IssuedToken issued = tokens.rotate(caller, new TokenId(PathIds.uuid(id)), OVERLAP);
        then.addFlashAttribute("rotated", issued.token().name());
        then.addFlashAttribute("secret", issued.secret());
        return "redirect:/account/tokens";
    }

    @PostMapping("/account/tokens/{id}/end-former")
    String endFormer(Caller caller, @PathVariable String id, RedirectAttributes then) {
        String name =
                tokens.endFormerSecret(caller, new TokenId(PathIds.uuid(id))).name();
        then.addFlashAttribute("toast", message("account.token.former-ended", name));
        return "redirect:/account/tokens";
    }

    @PostMapping("/account/tokens/{id}/revoke")
    String revoke(Caller caller, @PathVariable String id, RedirectAttributes then) {
        String name = tokens.revoke(caller, new TokenId(PathIds.uuid(id))).name();
        then.addFlashAttribute("toast", message("account.token.revoked", name));
        return "redirect:/account/tokens";
    }

    private String page(Caller caller, TokenForm form, Map<String, List<String>> errors, Model model) {
        model.addAttribute(
                "tokens",
                tokens.inUse(caller, MAX_TOKENS).stream()
                        .map(token -> ShownToken.of(token, clock.instant()))
                        .toList());
        model.addAttribute("form", form);
        model.addAttribute(
                "scopes", caller.scopes().stream().sorted().map(Scope::toString).toList());
        model.addAttribute(
                "expiries",
                TokenForm.EXPIRIES.stream()
                        .map(days -> new SelectOption(days, message("account.token.expires." + days)))
                        .toList());
        model.addAttribute("errors", errors);
        return "account/tokens";
    }

    private String message(String key, Object... arguments) {
        return messages.getMessage(key, arguments, Locale.ENGLISH);
    }
}
