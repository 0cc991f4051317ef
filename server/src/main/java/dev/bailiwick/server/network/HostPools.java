package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressRange;
import java.util.List;

/**
 * The ranges of addresses for jails, from the view of one host.
 *
 * @param here ranges that jails of this host may have
 * @param elsewhere ranges that only jails of other hosts may have
 */
public record HostPools(List<AddressRange> here, List<AddressRange> elsewhere) {

    public HostPools {
        here = List.copyOf(here);
        elsewhere = List.copyOf(elsewhere);
    }
}
