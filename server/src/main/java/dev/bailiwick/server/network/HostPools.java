package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.PublishedPort;
import dev.bailiwick.jail.ResolverConfiguration;
import java.util.List;
import java.util.Map;

/**
 * The ranges of addresses for jails, from the view of one host.
 *
 * @param here ranges that jails of this host may have
 * @param elsewhere ranges that only jails of other hosts may have
 * @param egresses what jails with addresses of the ranges {@code here} reach beyond the host
 * @param ports the ports of the host that lead to its jails
 * @param resolver what resolv.conf says in jails of this host, where neither they nor a pool say something
 * @param poolResolvers what it says in jails with addresses of these ranges; only ranges that say something
 */
public record HostPools(
        List<AddressRange> here,
        List<AddressRange> elsewhere,
        Map<AddressRange, Egress> egresses,
        List<PublishedPort> ports,
        ResolverConfiguration resolver,
        Map<AddressRange, ResolverConfiguration> poolResolvers) {

    public HostPools {
        here = List.copyOf(here);
        elsewhere = List.copyOf(elsewhere);
        ports = List.copyOf(ports);
        egresses = Map.copyOf(egresses);
        poolResolvers = Map.copyOf(poolResolvers);
    }
}
