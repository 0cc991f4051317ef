package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressRange;
import java.util.List;

/**
 * The addresses that jails can have, as one host sees them.
 *
 * @param here what its jails may have
 * @param elsewhere what only jails of other hosts may have
 */
public record HostPools(List<AddressRange> here, List<AddressRange> elsewhere) {

    public HostPools {
        here = List.copyOf(here);
        elsewhere = List.copyOf(elsewhere);
    }
}
