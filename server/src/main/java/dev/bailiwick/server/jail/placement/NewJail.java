package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.plan.PlanId;
import java.util.Optional;

/**
 * A jail that a caller wants to create.
 *
 * @param host the host of the jail; empty if the server chooses a connected host
 * @param externalId the id of the jail in another system; unique among the customer's jails
 * @param plan the plan that it is put on, in its latest version; empty for none
 * @param draft its definition. Without a path, it gets its own path below the host's root base. Without {@code ip}, or
 *     with the single value {@code auto}, it gets the next free addresses
 */
public record NewJail(
        CustomerId customer,
        Optional<HostId> host,
        Optional<String> externalId,
        Optional<PlanId> plan,
        DefinitionDraft draft) {

    /** Creates a jail that is on no plan. */
    public NewJail(CustomerId customer, Optional<HostId> host, Optional<String> externalId, DefinitionDraft draft) {
        this(customer, host, externalId, Optional.empty(), draft);
    }
}
