package dev.bailiwick.server.jail.rollout;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.page.CustomerFilter;
import dev.bailiwick.server.jail.page.CustomerFilter.FilteredCustomer;
import dev.bailiwick.server.jail.page.HostChoices;
import dev.bailiwick.server.jail.policy.PolicyEdits;
import dev.bailiwick.server.jail.rollout.ShownRollout.Row;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailOrder;
import dev.bailiwick.server.jail.view.JailPage;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.Csrf;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The pages of a rollout. They show in advance which jails would restart, and the result of each jail as soon as it is
 * known. The page requests one jail at a time, so closing the page ends the rollout after the current jail. Without
 * scripts, one request changes all jails.
 */
@Controller
class RolloutPages {

    private static final int MAX_SHOWN = 200;
    private static final Duration MAX_WAIT = Duration.ofSeconds(30);

    private final Jails jails;
    private final PolicyEdits edits;
    private final Rollout rollout;
    private final HostChoices hosts;
    private final CustomerFilter customers;

    RolloutPages(Jails jails, PolicyEdits edits, Rollout rollout, HostChoices hosts, CustomerFilter customers) {
        this.jails = jails;
        this.edits = edits;
        this.rollout = rollout;
        this.hosts = hosts;
        this.customers = customers;
    }

    @GetMapping("/jails/rollout")
    String plan(Caller caller, @ModelAttribute RolloutForm form, Model model) {
        caller.require(Right.POLICY);
        fill(caller, form, model);
        return "jails/rollout";
    }

    /** Shows the form again, as it was filled in, if it was sent after its session had ended. */
    @PostMapping("/carried/jails/rollout")
    String planAgain(Caller caller, @ModelAttribute RolloutForm form, Model model) {
        return plan(caller, form, model);
    }

    @PostMapping("/jails/rollout")
    String begin(
            Caller caller,
            @ModelAttribute RolloutForm form,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
            CsrfToken csrf,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response)
            throws InterruptedException {
        caller.require(Right.POLICY);
        try {
            PolicyDraft policy = policy(caller, form);
            List<JailView> chosen =
                    rollout.check(caller, new RolloutRequest(new ArrayList<>(form.jails()), policy, null));
            model.addAttribute("form", form);
            if (htmx != null) {
                model.addAttribute("csrf", Csrf.of(csrf));
                model.addAttribute(
                        "jails",
                        chosen.stream()
                                .map(jail -> jail.definition().name().value())
                                .toList());
                return "jails/rollout :: running";
            }
            List<Rollout.Result> results = new ArrayList<>();
            rollout.run(caller, Credential.of(request), chosen, policy, MAX_WAIT, results::add);
            model.addAttribute("results", results);
            return "jails/rolled-out";
        } catch (InvalidRequest refused) {
            fill(caller, form, model);
            model.addAttribute(
                    "refusals",
                    refused.violations().stream()
                            .map(Violation::message)
                            .distinct()
                            .toList());
            if (htmx != null) {
                return "jails/rollout :: plan";
            }
            response.setStatus(refused.type().status());
            return "jails/rollout";
        }
    }

    /** Changes the current jail. The answer leads to the next jail, or says that this was the last one. */
    @PostMapping("/jails/rollout/step")
    String step(Caller caller, @ModelAttribute RolloutForm form, @RequestParam int at, Model model)
            throws InterruptedException {
        caller.require(Right.POLICY);
        if (at < 0 || at >= form.jails().size()) {
            throw new InvalidRequest("/at", "must be the position of a jail");
        }
        Rollout.Result result =
                step(caller, form, new JailId(PathIds.uuid(form.jails().get(at))));
        model.addAttribute("at", at);
        model.addAttribute("result", result);
        model.addAttribute(
                "rest", names(caller, form.jails().subList(at + 1, form.jails().size())));
        return "jails/rollout :: step";
    }

    private Rollout.Result step(Caller caller, RolloutForm form, JailId jail) throws InterruptedException {
        try {
            return rollout.step(caller, jail, policy(caller, form), MAX_WAIT);
        } catch (InvalidRequest changed) {
            return new Rollout.Result(jail.toString(), name(caller, jail.toString()), "failed", 0, changed.detail());
        }
    }

    private void fill(Caller caller, RolloutForm form, Model model) {
        Optional<JailView> as = form.as().isEmpty() ? Optional.empty() : find(caller, form.as());
        Optional<PolicyDraft> policy =
                as.isEmpty() && form.policy().equals("as") ? Optional.empty() : Optional.ofNullable(policy(form, as));
        FilteredCustomer customer = customers.read(caller, form.query());
        JailPage page =
                jails.list(caller, customer.query().filter(), JailOrder.NEWEST_FIRST, Optional.empty(), MAX_SHOWN);
        List<Row> rows = page.jails().stream()
                .filter(jail -> jail.retiredAt().isEmpty())
                .filter(jail -> as.isEmpty() || !jail.id().equals(as.get().id()))
                .map(jail -> row(caller, jail, policy))
                .toList();
        model.addAttribute(
                "rollout",
                new ShownRollout(
                        form,
                        as.map(jail -> jail.definition().name().value()).orElse(null),
                        as.map(jail -> Long.toString(jail.generation())).orElse(""),
                        rows,
                        page.next().isPresent()));
        model.addAttribute("query", form.query());
        model.addAttribute("customer", customer);
        model.addAttribute(
                "phases",
                JailFilter.phases().stream()
                        .filter(phase -> !phase.equals(Phase.REMOVED.text()))
                        .toList());
        model.addAttribute("hosts", hosts.all());
        model.addAttribute(
                "policies",
                Stream.concat(
                                as.isEmpty() ? Stream.of("restart") : Stream.of("as", "restart"),
                                Stream.of(Profile.values()).map(Profile::text))
                        .toList());
    }

    private Row row(Caller caller, JailView jail, Optional<PolicyDraft> policy) {
        String detail = "";
        String effect = jail.definition().wanted() == WantedState.STOPPED
                ? "stored"
                : jail.broken() && policy.isEmpty() ? "skipped" : "restarts";
        try {
            if (policy.isPresent()
                    && !edits.restart(caller, jail, PolicyEdits.with(jail, policy.get()))
                            .required()
                    && effect.equals("restarts")) {
                effect = "runs-on";
            }
        } catch (Failure refused) {
            effect = "refused";
            detail = refused.violations().stream()
                    .map(Violation::message)
                    .findFirst()
                    .orElse(refused.detail());
        }
        return new Row(
                jail.id().toString(),
                jail.definition().name().value(),
                jail.hostName().value(),
                jail.definition().policy().profile().text(),
                jail.status().shownState(),
                effect,
                detail);
    }

    /** @throws InvalidRequest if the jail to copy from no longer exists, or has changed since the user looked at it */
    private @Nullable PolicyDraft policy(Caller caller, RolloutForm form) {
        if (!form.policy().equals("as")) {
            return policy(form, Optional.empty());
        }
        JailView as = find(caller, form.as())
                .orElseThrow(() -> new InvalidRequest("/as", "The jail to copy from no longer exists."));
        if (!form.version().equals(Long.toString(as.generation()))) {
            throw new InvalidRequest(
                    "/version", "The jail to copy from has changed in the meantime. Look at its policy again.");
        }
        return policy(form, Optional.of(as));
    }

    private static @Nullable PolicyDraft policy(RolloutForm form, Optional<JailView> as) {
        return switch (form.policy()) {
            case "restart" -> null;
            case "as" -> DefinitionDraft.of(as.orElseThrow().definition()).policy();
            default -> new PolicyDraft(form.policy(), new ArrayList<>());
        };
    }

    private List<String> names(Caller caller, List<String> ids) {
        return ids.stream().map(id -> name(caller, id)).toList();
    }

    private String name(Caller caller, String id) {
        return find(caller, id).map(jail -> jail.definition().name().value()).orElse(id);
    }

    private Optional<JailView> find(Caller caller, String id) {
        try {
            return Optional.of(jails.find(caller, JailId.parse(id)));
        } catch (InvalidValue | JailNotFound none) {
            return Optional.empty();
        }
    }
}
