package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.AddressRange;
import java.util.List;

/**
 * All addresses that jails can have, including those that no jail has at the moment.
 *
 * @param here ranges for jails of this host
 * @param elsewhere ranges that are only for jails of other hosts
 * @param resolvers what operators say about name servers
 */
public record AddressPools(List<AddressRange> here, List<AddressRange> elsewhere, ResolverDefaults resolvers) {

    public static final AddressPools NONE = new AddressPools(List.of(), List.of());

    public AddressPools {
        here = List.copyOf(here);
        elsewhere = List.copyOf(elsewhere);
    }

    /** Creates pools of which operators say nothing about name servers. */
    public AddressPools(List<AddressRange> here, List<AddressRange> elsewhere) {
        this(here, elsewhere, ResolverDefaults.NONE);
    }
}
