package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.HostId;
import java.time.Instant;
import java.util.Optional;

/**
 * Addresses that jails may have.
 *
 * @param host the only host whose jails may; empty where the range is routed to whichever host has the jail
 * @param taken how many addresses of it jails have
 */
public record AddressPool(
        PoolId id, AddressRange range, Optional<HostId> host, String description, long taken, Instant createdAt) {}
