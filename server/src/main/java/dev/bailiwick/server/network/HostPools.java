package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.ResolverConfiguration;
import java.util.List;
import java.util.Map;

/**
 * The ranges of addresses for jails, from the view of one host.
 *
 * @param here ranges that jails of this host may have
 * @param elsewhere ranges that only jails of other hosts may have
 * @param resolver what resolv.conf says in jails of this host, where neither they nor a pool say something
 * @param poolResolvers what it says in jails with addresses of these ranges; only ranges that say something
 */
public record HostPools(
        List<AddressRange> here,
        List<AddressRange> elsewhere,
        ResolverConfiguration resolver,
        Map<AddressRange, ResolverConfiguration> poolResolvers) {

    public HostPools {
        here = List.copyOf(here);
        elsewhere = List.copyOf(elsewhere);
        poolResolvers = Map.copyOf(poolResolvers);
    }
}
