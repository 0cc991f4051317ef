package dev.bailiwick.server.jail.rest;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyDiff;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.Restart;
import dev.bailiwick.server.jail.policy.Policies;
import dev.bailiwick.server.jail.policy.PolicyReading;
import dev.bailiwick.server.jail.rest.PolicyDocuments.ExplanationDocument;
import dev.bailiwick.server.jail.rest.PolicyDocuments.FilterDocument;
import dev.bailiwick.server.jail.rest.SimulationRequest.CallRequest;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** The simulation of policies that are not stored. */
@Component
class Simulations {

    private static final int MAX_CALLS = 100;
    private static final String NO_REASON = "not given";

    private final Jails jails;
    private final Policies policies;
    private final StrictJson strict;

    Simulations(Jails jails, Policies policies, StrictJson strict) {
        this.jails = jails;
        this.policies = policies;
        this.strict = strict;
    }

    /**
     * @throws InvalidRequest pointing to every invalid field
     * @throws JailNotFound if the jail does not exist, or the caller may not see it
     */
    SimulationDocument run(Caller caller, JsonNode body) {
        SimulationRequest wanted =
                strict.read(body, SimulationRequest.class, "/overrides", "/calls", "/against/overrides");
        Optional<JailView> jail = jail(caller, wanted);
        List<Violation> violations = new ArrayList<>();
        Optional<Policy> policy = policy("", new PolicyDraft(wanted.profile(), wanted.overrides()), caller, violations);
        Optional<Policy> against = wanted.against() == null
                ? jail.map(j -> j.definition().policy()).or(() -> policy.map(p -> Policy.of(p.profile())))
                : policy("/against", wanted.against(), caller, violations);
        Optional<Architecture> architecture =
                PolicyReading.read("/architecture", () -> architecture(wanted, jail), violations);
        if (policy.isEmpty() || against.isEmpty() || architecture.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        PolicyReading reading = policies.of(policy.get(), architecture.get());
        return new SimulationDocument(
                reading.architecture().text(),
                PolicyDocuments.changes(PolicyDiff.weakenings(reading.policy().profile())),
                PolicyDraft.of(against.get()),
                PolicyDocuments.changes(reading.since(against.get())),
                PolicyDocuments.warnings(reading.policy(), reading.warningsSince(against.get())),
                explanations(reading, wanted),
                FilterDocument.of(reading.filter()),
                jail.map(j -> policies.restart(j.definition(), j.definition().with(policy.get())))
                        .orElse(null),
                Restart.RULE);
    }

    private Optional<JailView> jail(Caller caller, SimulationRequest wanted) {
        if (wanted.jail() == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(jails.find(caller, JailId.parse(wanted.jail())));
        } catch (InvalidValue e) {
            throw new InvalidRequest("/jail", e.reason());
        }
    }

    private Architecture architecture(SimulationRequest wanted, Optional<JailView> jail) {
        if (wanted.architecture() != null) {
            return Architecture.parse(wanted.architecture());
        }
        return jail.map(policies::architecture).orElse(Architecture.X86_64);
    }

    private static Optional<Policy> policy(
            String pointer, PolicyDraft draft, Caller caller, List<Violation> violations) {
        List<@Nullable OverrideDraft> overrides = new ArrayList<>();
        for (OverrideDraft override :
                draft.overrides() == null ? List.<@Nullable OverrideDraft>of() : draft.overrides()) {
            overrides.add(override == null ? null : withReason(override, caller));
        }
        try {
            return Optional.of(new PolicyDraft(draft.profile(), overrides).define());
        } catch (InvalidDefinition e) {
            e.violations().forEach(violation -> violations.add(violation.within(pointer)));
            return Optional.empty();
        }
    }

    private static OverrideDraft withReason(OverrideDraft draft, Caller caller) {
        return new OverrideDraft(
                draft.call(),
                draft.decision(),
                draft.reason() == null || draft.reason().isBlank() ? NO_REASON : draft.reason(),
                Objects.requireNonNullElse(draft.setBy(), caller.login()),
                draft.until());
    }

    private static List<ExplanationDocument> explanations(PolicyReading reading, SimulationRequest wanted) {
        List<CallRequest> calls = wanted.calls() == null ? List.of() : wanted.calls();
        if (calls.size() > MAX_CALLS) {
            throw new InvalidRequest("/calls", "has " + calls.size() + " calls; the maximum is " + MAX_CALLS);
        }
        List<Violation> violations = new ArrayList<>();
        List<ExplanationDocument> explanations = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            try {
                explanations.add(explanation(reading, calls.get(i)));
            } catch (InvalidRequest invalid) {
                String pointer = "/calls/" + i;
                invalid.violations().forEach(violation -> violations.add(violation.within(pointer)));
            }
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return explanations;
    }

    private static ExplanationDocument explanation(PolicyReading reading, CallRequest wanted) {
        if (wanted.call() == null) {
            throw new InvalidRequest("/call", "is required");
        }
        List<@Nullable String> arguments = wanted.args() == null ? List.of() : wanted.args();
        return ExplanationDocument.of(reading.explain(
                wanted.call(),
                String.join(",", arguments.stream().map(String::valueOf).toList())));
    }
}
