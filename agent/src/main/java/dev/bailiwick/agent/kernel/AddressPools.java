package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.IpAddress;
import java.util.List;
import java.util.Map;

/**
 * All addresses that jails can have, including those that no jail has at the moment.
 *
 * @param here ranges for jails of this host
 * @param elsewhere ranges that are only for jails of other hosts
 * @param egresses what jails with addresses of ranges of this host reach beyond it; everything if a range is not named
 * @param resolvers what operators say about name servers
 */
public record AddressPools(
        List<AddressRange> here,
        List<AddressRange> elsewhere,
        Map<AddressRange, Egress> egresses,
        ResolverDefaults resolvers) {

    public static final AddressPools NONE = new AddressPools(List.of(), List.of());

    public AddressPools {
        here = List.copyOf(here);
        elsewhere = List.copyOf(elsewhere);
        egresses = Map.copyOf(egresses);
    }

    /** Creates pools of which operators say nothing. */
    public AddressPools(List<AddressRange> here, List<AddressRange> elsewhere) {
        this(here, elsewhere, Map.of(), ResolverDefaults.NONE);
    }

    /** Returns what the jails with addresses of a range of this host reach beyond it. */
    public Egress egress(AddressRange range) {
        return egresses.getOrDefault(range, Egress.OPEN);
    }

    /** Returns what a jail with this address reaches beyond this host: nothing if the address is in no range of this host. */
    public Egress egress(IpAddress address) {
        return here.stream()
                .filter(range -> range.contains(address))
                .findFirst()
                .map(this::egress)
                .orElse(Egress.CLOSED);
    }
}
