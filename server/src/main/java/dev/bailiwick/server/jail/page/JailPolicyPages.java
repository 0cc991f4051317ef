package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.GenerationConflict;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.jail.intent.Restart;
import dev.bailiwick.server.jail.page.JailPageModel.Question;
import dev.bailiwick.server.jail.page.form.OverrideForm;
import dev.bailiwick.server.jail.policy.PolicyEdits;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.Csrf;
import dev.bailiwick.server.page.JailTab;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.request.OtherParameters;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.context.MessageSource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The tab with the policy of a jail: explanations of calls, and changes of one override at a time. */
@Controller
class JailPolicyPages {

    private static final Duration KEPT = Duration.ofDays(1);
    private static final Question NO_QUESTION = new Question("", "");

    private final Jails jails;
    private final PolicyEdits edits;
    private final JailPageModel page;
    private final MessageSource messages;

    JailPolicyPages(Jails jails, PolicyEdits edits, JailPageModel page, MessageSource messages) {
        this.jails = jails;
        this.edits = edits;
        this.page = page;
        this.messages = messages;
    }

    /**
     * @param call a call to explain, with {@code args}
     * @param override the call for which the form for an override is open
     * @param reason the initial reason in that form
     */
    @GetMapping("/jails/{id}/policy")
    String show(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String call,
            @RequestParam(defaultValue = "") String args,
            @RequestParam(defaultValue = "") String override,
            @RequestParam(defaultValue = "") String reason,
            CsrfToken csrf,
            Model model) {
        return policy(
                caller,
                find(caller, id),
                new Question(call, args),
                override.isBlank() ? OverrideForm.EMPTY : new OverrideForm(override, "allow", "", reason),
                Map.of(),
                csrf,
                model);
    }

    private String policy(
            Caller caller,
            JailView jail,
            Question question,
            OverrideForm override,
            Map<String, List<String>> errors,
            CsrfToken csrf,
            Model model) {
        model.addAttribute("csrf", Csrf.of(csrf));
        page.policy(caller, jail, question, override, errors, model);
        return "jails/policy-tab";
    }

    @GetMapping("/jails/{id}/explain")
    String explain(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String call,
            @RequestParam(defaultValue = "") String args,
            Model model) {
        page.explain(find(caller, id), new Question(call, args), model);
        return "jails/policy :: explain";
    }

    /** Shows the names of all system calls. The browser keeps them for a day, because only a release changes them. */
    @GetMapping("/calls")
    String calls(Model model, HttpServletResponse response) {
        response.setHeader(
                HttpHeaders.CACHE_CONTROL,
                CacheControl.maxAge(KEPT).cachePrivate().getHeaderValue());
        model.addAttribute("calls", OverrideChoices.CALLS);
        return "jails/calls :: names";
    }

    /** Shows the effect of the override in the form. Nothing is stored. */
    @OtherParameters("version")
    @PostMapping("/jails/{id}/overrides/preview")
    String preview(Caller caller, @PathVariable String id, @ModelAttribute OverrideForm form, Model model) {
        caller.require(Right.POLICY);
        page.preview(caller, find(caller, id), form, model);
        return "jails/policy :: preview";
    }

    @PostMapping("/jails/{id}/overrides")
    String set(
            Caller caller,
            @PathVariable String id,
            @RequestParam long version,
            @ModelAttribute OverrideForm form,
            CsrfToken csrf,
            Model model,
            HttpServletResponse response,
            RedirectAttributes then) {
        caller.require(Right.POLICY);
        JailView jail = find(caller, id);
        try {
            change(caller, jail, version, PolicyEdits.with(jail, form.draft()), then);
            return "redirect:" + JailTab.POLICY.address(id);
        } catch (Failure refused) {
            response.setStatus(refused.type().status());
            return policy(caller, jail, NO_QUESTION, form, errors(refused), csrf, model);
        }
    }

    /** Shows the form again, as it was filled in, if it was sent after its session had ended. */
    @PostMapping("/carried/jails/{id}/overrides")
    String showAgain(
            Caller caller, @PathVariable String id, @ModelAttribute OverrideForm form, CsrfToken csrf, Model model) {
        caller.require(Right.POLICY);
        return policy(caller, find(caller, id), NO_QUESTION, form, Map.of(), csrf, model);
    }

    @GetMapping("/jails/{id}/overrides/remove")
    String confirmRemoval(Caller caller, @PathVariable String id, @RequestParam String call, Model model) {
        caller.require(Right.POLICY);
        JailView jail = find(caller, id);
        page.policy(caller, jail, NO_QUESTION, OverrideForm.EMPTY, Map.of(), model);
        page.show(edits.preview(caller, jail, PolicyEdits.without(jail, call)), call, model);
        model.addAttribute("call", call);
        return "jails/override-removal";
    }

    @PostMapping("/carried/jails/{id}/overrides/remove")
    String confirmRemovalAgain(Caller caller, @PathVariable String id, @RequestParam String call, Model model) {
        return confirmRemoval(caller, id, call, model);
    }

    @PostMapping("/jails/{id}/overrides/remove")
    String remove(
            Caller caller,
            @PathVariable String id,
            @RequestParam String call,
            @RequestParam long version,
            RedirectAttributes then) {
        caller.require(Right.POLICY);
        JailView jail = find(caller, id);
        try {
            change(caller, jail, version, PolicyEdits.without(jail, call), then);
        } catch (GenerationConflict | JailRetired | CustomerSuspended refused) {
            then.addFlashAttribute("problem", refused.detail());
        }
        return "redirect:" + JailTab.POLICY.address(id);
    }

    private void change(Caller caller, JailView jail, long version, DefinitionDraft draft, RedirectAttributes then) {
        Restart restart = edits.restart(caller, jail, draft);
        jails.redefine(caller, jail.id(), version, draft);
        then.addFlashAttribute(
                "toast",
                messages.getMessage(
                        restart.required() ? "policy.changed.restarts" : "policy.changed", null, Locale.ENGLISH));
    }

    /**
     * Returns the messages by field of the form. Pointers of an override's violations begin with its place in the
     * definition.
     */
    private static Map<String, List<String>> errors(Failure refused) {
        List<Violation> violations =
                refused.violations().isEmpty() ? List.of(new Violation("", refused.detail())) : refused.violations();
        Map<String, List<String>> errors = new LinkedHashMap<>();
        for (Violation violation : violations) {
            String field = violation.pointer().replaceFirst(".*/policy/overrides/\\d+/?", "");
            String known = List.of("call", "decision", "reason", "until").contains(field) ? field : "";
            errors.computeIfAbsent(known, _ -> new ArrayList<>()).add(violation.message());
        }
        return errors;
    }

    private JailView find(Caller caller, String id) {
        return jails.find(caller, new JailId(PathIds.uuid(id)));
    }
}
