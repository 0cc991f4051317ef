package dev.bailiwick.server.plan.page;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.page.SelectOption;
import dev.bailiwick.server.plan.Plan;
import dev.bailiwick.server.plan.PlanId;
import dev.bailiwick.server.plan.PlanNameTaken;
import dev.bailiwick.server.plan.PlanRequest;
import dev.bailiwick.server.plan.Plans;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The pages of plans, for staff: the list, a new one, and the versions of one. */
@Controller
class PlanPages {

    private final Plans plans;
    private final MessageSource messages;
    private final Clock clock;

    PlanPages(Plans plans, MessageSource messages, Clock clock) {
        this.plans = plans;
        this.messages = messages;
        this.clock = clock;
    }

    /** A plan in the list. */
    record PlanRow(String id, String name, boolean retired, ShownVersion latest) {

        static PlanRow of(Plan plan, Instant now) {
            return new PlanRow(
                    plan.id().toString(), plan.name(), plan.retiredAt() != null, ShownVersion.of(plan.latest(), now));
        }
    }

    @GetMapping("/plans")
    ModelAndView list(Caller caller) {
        Instant now = clock.instant();
        List<PlanRow> rows =
                plans.list(caller).stream().map(plan -> PlanRow.of(plan, now)).toList();
        return new ModelAndView("plans/list", Map.of("plans", rows));
    }

    @GetMapping("/plans/new")
    ModelAndView blank(Caller caller) {
        caller.require(Right.PLANS);
        return form(PlanForm.EMPTY, Map.of());
    }

    @PostMapping("/plans")
    ModelAndView create(Caller caller, @ModelAttribute PlanForm form, RedirectAttributes then) {
        caller.require(Right.PLANS);
        try {
            Plan plan = plans.create(caller, form.name().strip(), PlanRequest.terms(form.name(), form::terms));
            return saved(plan.id(), "plans.saved.new", then);
        } catch (InvalidRequest | PlanNameTaken refused) {
            return unacceptable(form(form, PlanForm.errors(refused)));
        }
    }

    /** Shows a form again that was sent after its session had ended. */
    @PostMapping("/carried/plans")
    ModelAndView showAgain(Caller caller, @ModelAttribute PlanForm form) {
        caller.require(Right.PLANS);
        return form(form, Map.of());
    }

    @GetMapping("/plans/{id}")
    ModelAndView show(Caller caller, @PathVariable String id) {
        PlanId plan = id(id);
        return page(caller, plan, PlanForm.of(plans.get(caller, plan).latest().terms()), Map.of());
    }

    @PostMapping("/plans/{id}/versions")
    ModelAndView change(
            Caller caller, @PathVariable String id, @ModelAttribute PlanForm form, RedirectAttributes then) {
        caller.require(Right.PLANS);
        PlanId plan = id(id);
        try {
            plans.change(caller, plan, form.terms());
            return saved(plan, "plans.saved", then);
        } catch (InvalidRequest invalid) {
            return unacceptable(page(caller, plan, form, PlanForm.errors(invalid)));
        }
    }

    /** Shows a form again that was sent after its session had ended. */
    @PostMapping("/carried/plans/{id}/versions")
    ModelAndView showChangeAgain(Caller caller, @PathVariable String id, @ModelAttribute PlanForm form) {
        caller.require(Right.PLANS);
        return page(caller, id(id), form, Map.of());
    }

    @PostMapping("/plans/{id}/retire")
    ModelAndView retire(Caller caller, @PathVariable String id, RedirectAttributes then) {
        caller.require(Right.PLANS);
        plans.retire(caller, id(id));
        return saved(id(id), "plans.saved.retired", then);
    }

    private static PlanId id(String id) {
        return new PlanId(PathIds.uuid(id));
    }

    private ModelAndView form(PlanForm form, Map<String, List<String>> errors) {
        return new ModelAndView("plans/new", Map.of("form", form, "errors", errors, "allowances", allowances()));
    }

    private ModelAndView page(Caller caller, PlanId plan, PlanForm form, Map<String, List<String>> errors) {
        Instant now = clock.instant();
        return new ModelAndView(
                "plans/plan",
                Map.of(
                        "plan",
                        PlanRow.of(plans.get(caller, plan), now),
                        "versions",
                        plans.versions(caller, plan).stream()
                                .map(version -> ShownVersion.of(version, now))
                                .toList(),
                        "form",
                        form,
                        "errors",
                        errors,
                        "allowances",
                        allowances()));
    }

    private List<SelectOption> allowances() {
        return Stream.of("", "yes", "no")
                .map(choice -> new SelectOption(
                        choice,
                        messages.getMessage(
                                "plans.allowed." + (choice.isEmpty() ? "unsaid" : choice), null, Locale.ENGLISH)))
                .toList();
    }

    private ModelAndView saved(PlanId plan, String key, RedirectAttributes then) {
        then.addFlashAttribute("toast", messages.getMessage(key, null, Locale.ENGLISH));
        return new ModelAndView("redirect:/plans/" + plan);
    }

    private static ModelAndView unacceptable(ModelAndView page) {
        page.setStatus(HttpStatus.UNPROCESSABLE_CONTENT);
        return page;
    }
}
