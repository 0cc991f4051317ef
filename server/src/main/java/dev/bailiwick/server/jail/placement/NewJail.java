package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.DefinitionDraft;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.account.CustomerId;
import java.util.Optional;

/**
 * A jail to be.
 *
 * @param host where it is to run; empty to have a connected host chosen
 * @param externalId what another system calls it; unique among the customer's jails
 * @param draft its definition; without a path it gets one of its own below the host's root base, and without {@code ip}, or with
 *     the single one {@code auto}, the next free addresses
 */
public record NewJail(CustomerId customer, Optional<HostId> host, Optional<String> externalId, DefinitionDraft draft) {}
