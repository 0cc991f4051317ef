package dev.bailiwick.server.jail;

import dev.bailiwick.jail.Demand;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.jail.placement.DraftCompletion;
import dev.bailiwick.server.jail.placement.HostFit;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Clock;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Completes the new definition of a jail, and checks that the caller may set it and that the jail's host can hold it. */
@Component
class DefinitionChecks {

    private final HostFit hostFit;
    private final Customers customers;
    private final Clock clock;

    DefinitionChecks(HostFit hostFit, Customers customers, Clock clock) {
        this.hostFit = hostFit;
        this.customers = customers;
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
        return wanted;
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
