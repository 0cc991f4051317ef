package dev.bailiwick.agent.link;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.ResolverDefaults;
import dev.bailiwick.agent.kernel.ResolverDefaults.OfPool;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.ResolverWire;
import dev.bailiwick.protocol.v1.Pools;
import dev.bailiwick.protocol.v1.Resolver;
import java.util.List;

/** Reads the address pools that the server sends. */
final class PoolsWire {

    private PoolsWire() {}

    /** @throws MalformedMessage naming the first range or resolver that is invalid */
    static AddressPools fromWire(Pools pools) {
        return new AddressPools(ranges(pools.getHereList()), ranges(pools.getElsewhereList()), resolvers(pools));
    }

    private static ResolverDefaults resolvers(Pools pools) {
        return new ResolverDefaults(
                pools.getPoolResolversList().stream()
                        .map(one -> new OfPool(range(one.getRange()), resolver(one.getResolver())))
                        .toList(),
                resolver(pools.getResolver()));
    }

    private static ResolverConfiguration resolver(Resolver wire) {
        try {
            return ResolverWire.fromWire(wire);
        } catch (InvalidValue e) {
            throw new MalformedMessage("a resolver " + e.reason(), e);
        }
    }

    private static List<AddressRange> ranges(List<String> texts) {
        return texts.stream().map(PoolsWire::range).toList();
    }

    private static AddressRange range(String text) {
        try {
            return AddressRange.parse(text);
        } catch (InvalidValue e) {
            throw new MalformedMessage("a pool " + e.reason(), e);
        }
    }
}
