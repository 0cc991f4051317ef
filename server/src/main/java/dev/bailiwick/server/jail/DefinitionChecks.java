package dev.bailiwick.server.jail;

import dev.bailiwick.jail.Demand;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.jail.placement.DraftCompletion;
import dev.bailiwick.server.jail.placement.HostFit;
import dev.bailiwick.server.jail.view.JailPlan;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.plan.Plans;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Completes the new definition of a jail, and checks that the caller may set it and that the jail's host can hold it. */
@Component
class DefinitionChecks {

    private final HostFit hostFit;
    private final Customers customers;
    private final Plans plans;
    private final Clock clock;

    DefinitionChecks(HostFit hostFit, Customers customers, Plans plans, Clock clock) {
        this.hostFit = hostFit;
        this.customers = customers;
        this.plans = plans;
        this.clock = clock;
    }

    JailDefinition complete(Caller caller, JailView before, DefinitionDraft draft) {
        Jails.refuseRetired(before);
        CustomerSettings.requireAny(caller, before);
        if (before.suspended()) {
            throw customers.suspended(caller, before.customer());
        }
        JailDefinition known = before.definition();
        JailDefinition wanted = DraftCompletion.define(
                draft, Optional.of(known.path().value()), caller.login(), Optional.of(known), clock.instant());
        CustomerSettings.require(caller, before, wanted);
        before.plan().ifPresent(plan -> requireWithin(plan, known, wanted));
        return wanted;
    }

    /** Checks what of the definition a plan decides; what the jail has already is within its plan. */
    private void requireWithin(JailPlan plan, JailDefinition known, JailDefinition wanted) {
        boolean decided = !wanted.limits().equals(known.limits())
                || !wanted.addresses().equals(known.addresses())
                || !wanted.base().equals(known.base())
                || wanted.policy().profile() != known.policy().profile()
                || wanted.execution().privileges() != known.execution().privileges()
                || !wanted.execution().sysctls().equals(known.execution().sysctls());
        if (decided) {
            List<Violation> violations = plans.terms(plan.version()).violations(wanted);
            if (!violations.isEmpty()) {
                throw new InvalidRequest(violations);
            }
        }
    }

    /** Checks that the host can hold a definition. It meets the demands of the known one, so only changed demands are checked. */
    void requireHost(JailView before, JailDefinition definition) {
        JailDefinition known = before.definition();
        if (!asksTheSame(definition, known)) {
            Host host = hostFit.host(before.host());
            HostFit.refuseUnmet(host, definition);
            if (!isAtTheSamePlace(definition, known)) {
                hostFit.refuseBadPath(host, definition);
            }
        }
    }

    static boolean asksTheSame(JailDefinition one, JailDefinition other) {
        return isAtTheSamePlace(one, other) && Demand.of(one).equals(Demand.of(other));
    }

    private static boolean isAtTheSamePlace(JailDefinition one, JailDefinition other) {
        return one.path().equals(other.path()) && one.base().equals(other.base());
    }
}
