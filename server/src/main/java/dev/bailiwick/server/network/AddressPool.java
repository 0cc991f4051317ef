package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.HostId;
import java.time.Instant;
import java.util.Optional;

/**
 * A range of addresses for jails.
 *
 * @param host the only host whose jails may have the addresses; empty if the range is routed to the host of each jail
 * @param egress what jails with these addresses reach beyond their host
 * @param quarantine how many hours an address rests after a jail has released it
 * @param taken how many of its addresses jails have
 * @param resting how many of its addresses rest
 */
public record AddressPool(
        PoolId id,
        AddressRange range,
        Optional<HostId> host,
        Egress egress,
        String description,
        int quarantine,
        long taken,
        long resting,
        Instant createdAt) {}
