package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.AddressRange;
import java.util.List;

/**
 * All addresses that jails can have, including those that no jail has at the moment.
 *
 * @param here ranges for jails of this host
 * @param elsewhere ranges that are only for jails of other hosts
 */
public record AddressPools(List<AddressRange> here, List<AddressRange> elsewhere) {

    public static final AddressPools NONE = new AddressPools(List.of(), List.of());

    public AddressPools {
        here = List.copyOf(here);
        elsewhere = List.copyOf(elsewhere);
    }
}
