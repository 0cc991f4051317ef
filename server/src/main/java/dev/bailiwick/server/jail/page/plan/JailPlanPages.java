package dev.bailiwick.server.jail.page.plan;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.jail.JailPlans;
import dev.bailiwick.server.jail.JailPlans.Effect;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.policy.Policies;
import dev.bailiwick.server.jail.view.JailPlan;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.plan.PlanId;
import dev.bailiwick.server.plan.Plans;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.IfMatch;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page that puts a jail on a plan. It first shows what would come of that, and what does not fit. */
@Controller
class JailPlanPages {

    private final Jails jails;
    private final JailPlans jailPlans;
    private final Plans plans;
    private final PlanWords words;
    private final Policies policies;
    private final MessageSource messages;

    JailPlanPages(
            Jails jails, JailPlans jailPlans, Plans plans, PlanWords words, Policies policies, MessageSource messages) {
        this.jails = jails;
        this.jailPlans = jailPlans;
        this.plans = plans;
        this.words = words;
        this.policies = policies;
        this.messages = messages;
    }

    @GetMapping("/jails/{id}/plan")
    ModelAndView choose(Caller caller, @PathVariable String id) {
        JailView jail = find(caller, id);
        return page(caller, jail, jail.plan().map(on -> on.plan().toString()).orElse(""));
    }

    /** Shows the form again that was sent after its session had ended. */
    @PostMapping("/carried/jails/{id}/plan")
    ModelAndView chooseAgain(Caller caller, @PathVariable String id, @RequestParam(defaultValue = "") String plan) {
        return page(caller, find(caller, id), plan);
    }

    /**
     * Puts the jail on the plan if that is what was shown; otherwise shows what would come of it.
     *
     * @param plan an id; empty for none
     * @param shown the plan whose effect was shown, and the generation of the jail then, with a colon between them
     */
    @PostMapping("/jails/{id}/plan")
    ModelAndView change(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String plan,
            @RequestParam(defaultValue = "") String shown,
            RedirectAttributes then) {
        JailView jail = find(caller, id);
        String wanted = plan.strip() + ":" + jail.generation();
        ModelAndView page = page(caller, jail, plan.strip());
        try {
            Optional<PlanId> chosen = parse(plan);
            IfMatch condition = IfMatch.of(Optional.of("\"" + jail.generation() + "\""));
            if (shown.equals(wanted)) {
                JailView _ = jailPlans.putOnPlan(caller, jail.id(), chosen, condition, Effect.MADE);
                then.addFlashAttribute("toast", messages.getMessage("jail.acted.plan", null, Locale.ENGLISH));
                return new ModelAndView("redirect:/jails/" + jail.id());
            }
            JailView after = jailPlans.putOnPlan(caller, jail.id(), chosen, condition, Effect.SHOWN);
            page.addObject("shown", wanted);
            page.addObject("restart", policies.restart(jail.definition(), after.definition()));
            page.addObject("changes", ShownLimit.changed(jail.definition(), after.definition()));
            page.addObject("settings", ShownLimit.changedSettings(jail.definition(), after.definition()));
            after.plan().map(words::of).ifPresent(next -> page.addObject("next", next));
        } catch (Failure refused) {
            page.setStatus(HttpStatus.valueOf(refused.type().status()));
            page.addObject(
                    "refusals",
                    refused.violations().isEmpty()
                            ? List.of(refused.detail())
                            : refused.violations().stream().map(this::sentence).toList());
        }
        return page;
    }

    /** Names the field, because several may not fit. */
    private String sentence(Violation violation) {
        String field = messages.getMessage(
                "jail.field" + violation.pointer().replace('/', '.'), null, violation.pointer(), Locale.ENGLISH);
        return violation.pointer().isEmpty() ? violation.message() : field + ": " + violation.message();
    }

    private ModelAndView page(Caller caller, JailView jail, String chosen) {
        ModelAndView page = new ModelAndView("jails/plan");
        page.addObject("id", jail.id().toString());
        page.addObject("name", jail.definition().name().value());
        page.addObject("chosen", chosen);
        page.addObject("choices", words.choices(plans.list(caller)));
        page.addObject("errors", java.util.Map.of());
        jail.plan().map(words::of).ifPresent(plan -> page.addObject("plan", plan));
        jail.plan()
                .map(JailPlan::plan)
                .map(on -> plans.find(on).latest().version())
                .ifPresent(latest -> page.addObject("latest", latest));
        return page;
    }

    private JailView find(Caller caller, String id) {
        JailView jail = jails.find(caller, new JailId(PathIds.uuid(id)));
        caller.require(Right.PLANS);
        return jail;
    }

    private static Optional<PlanId> parse(String plan) {
        try {
            return plan.isBlank() ? Optional.empty() : Optional.of(PlanId.parse(plan.strip()));
        } catch (InvalidValue e) {
            throw new InvalidRequest("/plan", "is not a plan");
        }
    }
}
