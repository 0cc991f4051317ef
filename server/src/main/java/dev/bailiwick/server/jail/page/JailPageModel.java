package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.jail.page.form.OverrideForm;
import dev.bailiwick.server.jail.page.plan.PlanWords;
import dev.bailiwick.server.jail.policy.Policies;
import dev.bailiwick.server.jail.policy.PolicyEdits;
import dev.bailiwick.server.jail.policy.PolicyReading;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.problem.ExpectedValue;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;

/** The content of the tabs of a jail, and of those of their parts that the browser fetches separately. */
@Component
class JailPageModel {

    private static final String AS_CUSTOMER = "customer";

    private final Customers customers;
    private final Policies policies;
    private final PolicyEdits edits;
    private final OverrideChoices choices;
    private final ApiCall apiCall;
    private final PlanWords plans;
    private final Clock clock;

    JailPageModel(
            Customers customers,
            Policies policies,
            PolicyEdits edits,
            OverrideChoices choices,
            ApiCall apiCall,
            PlanWords plans,
            Clock clock) {
        this.customers = customers;
        this.policies = policies;
        this.edits = edits;
        this.choices = choices;
        this.apiCall = apiCall;
        this.plans = plans;
        this.clock = clock;
    }

    /** A call to explain, as the user typed it; blank for none. */
    record Question(String call, String args) {}

    /** Fills in what all tabs have that follow the state of the jail, except the token of their forms. */
    void follow(Caller caller, JailView jail, Model model) {
        ShownStatus status = ShownStatus.of(jail, clock.instant());
        model.addAttribute("jail", ShownJail.of(jail, customers.nameOf(caller, jail.customer()), clock.instant()));
        model.addAttribute("live", status);
        model.addAttribute("seen", LivePart.stamp(status.parts()));
    }

    /** @param view {@code customer} for what customers see, which is all that they see; blank for all that the caller may see */
    void overview(Caller caller, JailView jail, String view, Model model) {
        if (!List.of("", AS_CUSTOMER).contains(view)) {
            throw new InvalidRequest("/view", ExpectedValue.oneOf(Stream.of(AS_CUSTOMER)));
        }
        follow(caller, jail, model);
        model.addAttribute("operators", caller.role().isStaff() && view.isEmpty());
        jail.plan().map(plans::of).ifPresent(plan -> model.addAttribute("plan", plan));
        model.addAttribute("readsLog", caller.may(Right.LOGS, jail.customer(), jail.id()));
        if (caller.may(Right.DEFINE) && view.isEmpty() && jail.differsOnHost()) {
            model.addAttribute("differences", "/hosts/" + jail.host() + "/differences#difference-" + jail.id());
        }
    }

    /** Fills in what the jail is by its definition, and the call to the API that defines it so. */
    void settings(Caller caller, JailView jail, Model model) {
        model.addAttribute("jail", ShownJail.of(jail, customers.nameOf(caller, jail.customer()), clock.instant()));
        jail.plan().map(plans::of).ifPresent(plan -> model.addAttribute("plan", plan));
        if (caller.may(Right.DEFINE)) {
            model.addAttribute(
                    "apiCall",
                    apiCall.redefine(
                            JailPages.server(),
                            jail.id().toString(),
                            String.valueOf(jail.generation()),
                            DefinitionDraft.of(jail.definition())));
        }
    }

    /** Fills in the policy, with the given form for an override. */
    void policy(
            Caller caller,
            JailView jail,
            Question question,
            OverrideForm override,
            Map<String, List<String>> errors,
            Model model) {
        follow(caller, jail, model);
        model.addAttribute("policy", ShownPolicy.of(policies.of(jail)));
        model.addAttribute("errors", errors);
        explain(jail, question, model);
        if (caller.may(Right.DEFINE)) {
            model.addAttribute("decisions", choices.decisions());
            model.addAttribute("changeable", jail.retiredAt().isEmpty());
            preview(caller, jail, override, model);
        }
    }

    /** Fills in the box in which a user asks for the result of a call. */
    void explain(JailView jail, Question question, Model model) {
        model.addAttribute("id", jail.id().toString());
        model.addAttribute("question", question);
        model.addAttribute("questionErrors", Map.of());
        if (question.call().isBlank()) {
            return;
        }
        PolicyReading reading = policies.of(jail);
        try {
            model.addAttribute(
                    "explained", ShownExplanation.of(reading.explain(question.call(), question.args()), reading.at()));
        } catch (InvalidRequest invalid) {
            model.addAttribute(
                    "questionErrors",
                    invalid.violations().stream()
                            .collect(Collectors.toMap(v -> v.pointer().substring(1), Violation::message)));
        }
    }

    /** Fills in the effect of the override in the form. */
    void preview(Caller caller, JailView jail, OverrideForm override, Model model) {
        model.addAttribute("override", override);
        if (override.call().isBlank()) {
            return;
        }
        try {
            // The effect does not depend on the reason, so it is shown before the user has typed one.
            OverrideForm reasoned = override.reason().isBlank()
                    ? new OverrideForm(override.call(), override.decision(), override.until(), "\u2026")
                    : override;
            show(edits.preview(caller, jail, PolicyEdits.with(jail, reasoned.draft())), override.call(), model);
        } catch (Failure refused) {
            model.addAttribute(
                    "refusals",
                    refused.violations().stream().map(Violation::message).toList());
        }
    }

    void show(PolicyEdits.Preview preview, String call, Model model) {
        model.addAttribute("restart", preview.restart());
        model.addAttribute(
                "changes",
                preview.after().since(preview.before().policy()).stream()
                        .map(ShownPolicy.ShownChange::of)
                        .toList());
        model.addAttribute(
                "cautions",
                preview.after().warningsSince(preview.before().policy()).stream()
                        .filter(warning -> warning.call().equals(call.strip()))
                        .map(ShownPolicy.ShownWarning::of)
                        .toList());
    }
}
