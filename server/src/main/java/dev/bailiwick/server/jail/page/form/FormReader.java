package dev.bailiwick.server.jail.page.form;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.customer.TypedCustomers;
import dev.bailiwick.server.jail.placement.DraftCompletion;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.plan.PlanId;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Reads the values of a form for a jail, and finds what is wrong with them. */
@Component
public class FormReader {

    private final TypedCustomers customers;
    private final Clock clock;

    FormReader(TypedCustomers customers, Clock clock) {
        this.customers = customers;
        this.clock = clock;
    }

    /** Everything that is wrong with the form itself. Conflicts with other jails are found later. */
    public List<Violation> violations(Caller caller, JailForm form, Optional<JailView> before) {
        JailForm.Reading reading = form.read(before.map(FormReader::watches).orElse(List.of()));
        List<Violation> violations = new ArrayList<>(reading.unreadable());
        if (before.isEmpty()) {
            collect(violations, () -> customer(caller, form));
            collect(violations, () -> host(form));
            collect(violations, () -> plan(form));
        }
        Optional<JailDefinition> known = before.map(JailView::definition);
        String path = known.map(definition -> definition.path().value()).orElse(DraftCompletion.PATH_TO_BE_CHOSEN);
        collect(
                violations,
                () -> DraftCompletion.define(
                        reading.draft(), Optional.of(path), caller.login(), known, clock.instant()));
        return violations;
    }

    private static void collect(List<Violation> violations, Runnable check) {
        try {
            check.run();
        } catch (InvalidRequest refused) {
            violations.addAll(refused.violations());
        }
    }

    /** The overrides of a jail that its form does not show. */
    public static List<PolicyOverride> watches(JailView jail) {
        return jail.definition().policy().overrides().stream()
                .filter(PolicyOverride::watches)
                .toList();
    }

    /** @throws InvalidRequest if no customer is typed, or it is not clear which one */
    public CustomerId customer(Caller caller, JailForm form) {
        return customers.find(caller, form.customer());
    }

    public static Optional<HostId> host(JailForm form) {
        try {
            return form.host().isBlank() ? Optional.empty() : Optional.of(HostId.parse(form.host()));
        } catch (InvalidValue e) {
            throw new InvalidRequest("/host", "is not a host");
        }
    }

    public static Optional<PlanId> plan(JailForm form) {
        try {
            return form.plan().isBlank() ? Optional.empty() : Optional.of(PlanId.parse(form.plan()));
        } catch (InvalidValue e) {
            throw new InvalidRequest("/plan", "is not a plan");
        }
    }

    public static PreviousFiles previous(String choice) {
        try {
            return PreviousFiles.parse(choice);
        } catch (InvalidValue e) {
            throw new InvalidRequest("/previousFiles", e.reason());
        }
    }

    public static long generation(JailForm form) {
        if (!form.version().matches("\\d{1,18}")) {
            throw new InvalidRequest("/version", "The form does not say which generation it changes.");
        }
        return Long.parseLong(form.version());
    }
}
