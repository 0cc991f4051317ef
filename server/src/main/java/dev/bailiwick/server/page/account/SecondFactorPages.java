package dev.bailiwick.server.page.account;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.factor.Setup;
import dev.bailiwick.server.account.signin.code.OwnSecondFactor;
import dev.bailiwick.server.account.signin.code.Proof;
import dev.bailiwick.server.problem.Failure;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page of a user's own second factor: its setup, its recovery codes, its removal. */
@Controller
@ConditionalOnWebApplication
class SecondFactorPages {

    private static final String PAGE = "redirect:/account/second-factor";

    private final OwnSecondFactor second;
    private final MessageSource messages;
    private final Clock clock;

    SecondFactorPages(OwnSecondFactor second, MessageSource messages, Clock clock) {
        this.second = second;
        this.messages = messages;
        this.clock = clock;
    }

    @GetMapping("/account/second-factor")
    String show(Caller caller, Model model) {
        return page(caller, Map.of(), model);
    }

    @PostMapping("/account/second-factor")
    String begin(
            Caller caller, @RequestParam(defaultValue = "") String password, HttpServletRequest request, Model model) {
        try {
            second.begin(caller, new Proof(password, null), request);
        } catch (Failure refused) {
            return page(caller, errors(refused, "password", ""), model);
        }
        return PAGE;
    }

    @PostMapping("/account/second-factor/confirm")
    String confirm(
            Caller caller,
            @RequestParam(defaultValue = "") String code,
            HttpServletRequest request,
            Model model,
            RedirectAttributes then) {
        try {
            flash(second.confirm(caller, code, request), then);
        } catch (Failure refused) {
            return page(caller, errors(refused, "code", ""), model);
        }
        return PAGE;
    }

    @PostMapping("/account/second-factor/recovery-codes")
    String renew(
            Caller caller,
            @RequestParam(defaultValue = "") String password,
            @RequestParam(defaultValue = "") String code,
            HttpServletRequest request,
            Model model,
            RedirectAttributes then) {
        try {
            flash(second.renewRecoveryCodes(caller, new Proof(password, code), request), then);
        } catch (Failure refused) {
            return page(caller, errors(refused, "password", "renew-"), model);
        }
        return PAGE;
    }

    @PostMapping("/account/second-factor/remove")
    String remove(
            Caller caller,
            @RequestParam(defaultValue = "") String password,
            @RequestParam(defaultValue = "") String code,
            HttpServletRequest request,
            Model model,
            RedirectAttributes then) {
        try {
            second.remove(caller, new Proof(password, code), request);
        } catch (Failure refused) {
            return page(caller, errors(refused, "password", "remove-"), model);
        }
        then.addFlashAttribute("toast", messages.getMessage("account.second.removed", null, Locale.ENGLISH));
        return PAGE;
    }

    private static void flash(List<String> codes, RedirectAttributes then) {
        then.addFlashAttribute("recoveryCodes", String.join("\n", codes));
    }

    private String page(Caller caller, Map<String, List<String>> errors, Model model) {
        Optional<Setup> setup = second.begun(caller);
        model.addAttribute("secondFactor", ShownSecondFactor.of(second.status(caller), clock.instant()));
        model.addAttribute("login", caller.login());
        model.addAttribute(
                "key", setup.map(Setup::key).map(SecondFactorPages::inGroups).orElse(""));
        model.addAttribute("uri", setup.map(Setup::uri).orElse(""));
        model.addAttribute("qr", setup.map(Setup::uri).map(QrCode::of).orElse(null));
        model.addAttribute("errors", errors);
        return "second-factor";
    }

    /** Groups of four are easier to type. */
    private static String inGroups(String key) {
        return key.replaceAll("(.{4})(?=.)", "$1 ");
    }

    /**
     * @param general the field that shows a failure that concerns no field
     * @param form the prefix of the ids of the form's fields
     */
    private static Map<String, List<String>> errors(Failure refused, String general, String form) {
        return refused.violations().isEmpty()
                ? Map.of(form + general, List.of(refused.detail()))
                : refused.violations().stream()
                        .collect(Collectors.groupingBy(
                                violation -> form + violation.pointer().substring(1),
                                Collectors.mapping(Violation::message, Collectors.toList())));
    }
}
