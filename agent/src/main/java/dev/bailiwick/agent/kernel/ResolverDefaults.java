package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.ResolverConfiguration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.stream.Stream;

/**
 * What operators say about resolv.conf of all jails of this host, and of those with addresses of a pool.
 *
 * @param ofPools the pools that say something
 */
public record ResolverDefaults(List<OfPool> ofPools, ResolverConfiguration ofHost) {

    public static final ResolverDefaults NONE = new ResolverDefaults(List.of(), ResolverConfiguration.EMPTY);

    public ResolverDefaults {
        ofPools = List.copyOf(ofPools);
    }

    /** What a pool says. */
    public record OfPool(AddressRange range, ResolverConfiguration resolver) {}

    /** Returns what the pools of these primary addresses say, that of the IPv4 address first; for parts about which they say nothing, the host. */
    public ResolverConfiguration of(IpAddresses addresses) {
        ResolverConfiguration said = ResolverConfiguration.EMPTY;
        for (IpAddress address : addresses.primary()) {
            for (OfPool pool : ofPools) {
                said = pool.range.contains(address) ? said.or(pool.resolver) : said;
            }
        }
        return said.or(ofHost);
    }

    /** Returns all servers that are named here. */
    public SequencedSet<IpAddress> servers() {
        return Stream.concat(ofPools.stream().map(OfPool::resolver), Stream.of(ofHost))
                .flatMap(resolver -> resolver.servers().stream())
                .collect(LinkedHashSet::new, LinkedHashSet::add, LinkedHashSet::addAll);
    }
}
