package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.AddressRange;
import java.util.List;

/**
 * The addresses that jails can have, whether one has them or not.
 *
 * @param here what jails of this host may have
 * @param elsewhere what only jails of other hosts may have
 */
public record AddressPools(List<AddressRange> here, List<AddressRange> elsewhere) {

    public static final AddressPools NONE = new AddressPools(List.of(), List.of());

    public AddressPools {
        here = List.copyOf(here);
        elsewhere = List.copyOf(elsewhere);
    }
}
