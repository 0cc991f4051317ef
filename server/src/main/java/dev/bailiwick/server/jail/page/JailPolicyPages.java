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

/** The policy on a jail's page: explanations of calls, and changes of one override at a time. */
@Controller
class JailPolicyPages {

    private static final Duration KEPT = Duration.ofDays(1);

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
            return "redirect:/jails/" + id + "#policy";
        } catch (Failure refused) {
            response.setStatus(refused.type().status());
            model.addAttribute("csrf", Csrf.of(csrf));
            page.fill(caller, jail, new Question("", ""), form, errors(refused), model);
            return "jails/jail";
        }
    }

    /** Shows the form again, as it was filled in, if it was sent after its session had ended. */
    @PostMapping("/carried/jails/{id}/overrides")
    String showAgain(
            Caller caller, @PathVariable String id, @ModelAttribute OverrideForm form, CsrfToken csrf, Model model) {
        caller.require(Right.POLICY);
        model.addAttribute("csrf", Csrf.of(csrf));
        page.fill(caller, find(caller, id), new Question("", ""), form, Map.of(), model);
        return "jails/jail";
    }

    @GetMapping("/jails/{id}/overrides/remove")
    String confirmRemoval(Caller caller, @PathVariable String id, @RequestParam String call, Model model) {
        caller.require(Right.POLICY);
        JailView jail = find(caller, id);
        page.fill(caller, jail, new Question("", ""), OverrideForm.EMPTY, Map.of(), model);
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
        return "redirect:/jails/" + id + "#policy";
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
