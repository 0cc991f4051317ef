package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.PublishedPort;
import java.util.List;
import java.util.Map;

/**
 * All addresses that jails can have, including those that no jail has at the moment, and the ports that lead to them.
 *
 * @param here ranges for jails of this host
 * @param elsewhere ranges that are only for jails of other hosts
 * @param egresses what jails with addresses of ranges of this host reach beyond it; everything if a range is not named
 * @param ports the ports of this host that lead to its jails
 * @param resolvers what operators say about name servers
 */
public record AddressPools(
        List<AddressRange> here,
        List<AddressRange> elsewhere,
        Map<AddressRange, Egress> egresses,
        List<PublishedPort> ports,
        ResolverDefaults resolvers) {

    public static final AddressPools NONE = new AddressPools(List.of(), List.of());

    public AddressPools {
        here = List.copyOf(here);
        elsewhere = List.copyOf(elsewhere);
        egresses = Map.copyOf(egresses);
        ports = List.copyOf(ports);
    }

    /** Creates pools of which operators say nothing. */
    public AddressPools(List<AddressRange> here, List<AddressRange> elsewhere) {
        this(here, elsewhere, Map.of(), List.of(), ResolverDefaults.NONE);
    }

    /** Returns the same with other ports. */
    public AddressPools with(List<PublishedPort> others) {
        return new AddressPools(here, elsewhere, egresses, others, resolvers);
    }

    /** Returns whether jails with addresses of some range of this host reach TCP port 25 beyond it. */
    public boolean sendMail() {
        return here.stream().map(this::egress).anyMatch(Egress::sendsMail);
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

    /** Returns whether a jail with these addresses has one from which its pool lets it reach the world, in the family of {@code to}. */
    public boolean reachWorld(IpAddresses addresses, IpAddress to) {
        return addresses.primary().stream()
                .anyMatch(address ->
                        address.isV4() == to.isV4() && egress(address).way() != Egress.Way.CLOSED);
    }
}
