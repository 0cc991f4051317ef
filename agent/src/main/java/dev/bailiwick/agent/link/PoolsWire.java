package dev.bailiwick.agent.link;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.ResolverDefaults;
import dev.bailiwick.agent.kernel.ResolverDefaults.OfPool;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.PublishedPort;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.ResolverWire;
import dev.bailiwick.protocol.v1.EgressWay;
import dev.bailiwick.protocol.v1.PoolEgress;
import dev.bailiwick.protocol.v1.Pools;
import dev.bailiwick.protocol.v1.Resolver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the address pools that the server sends. */
final class PoolsWire {

    private PoolsWire() {}

    /** @throws MalformedMessage naming the first range or resolver that is invalid */
    static AddressPools fromWire(Pools pools) {
        return new AddressPools(
                ranges(pools.getHereList()),
                ranges(pools.getElsewhereList()),
                egresses(pools),
                ports(pools),
                resolvers(pools));
    }

    private static Map<AddressRange, Egress> egresses(Pools pools) {
        Map<AddressRange, Egress> egresses = new HashMap<>();
        for (PoolEgress pool : pools.getEgressesList()) {
            egresses.put(range(pool.getRange()), new Egress(way(pool.getWay()), pool.getOutgoingMail()));
        }
        return egresses;
    }

    /** A way that only a later server knows counts as closed. */
    private static Egress.Way way(EgressWay wire) {
        return switch (wire) {
            case EGRESS_WAY_ROUTED -> Egress.Way.ROUTED;
            case EGRESS_WAY_MASQUERADE -> Egress.Way.MASQUERADE;
            case EGRESS_WAY_CLOSED, EGRESS_WAY_UNSPECIFIED, UNRECOGNIZED -> Egress.Way.CLOSED;
        };
    }

    private static List<PublishedPort> ports(Pools pools) {
        try {
            return pools.getPublishedPortsList().stream()
                    .map(port -> new PublishedPort(
                            PublishedPort.Protocol.parse(port.getProtocol()),
                            IpAddress.parse(port.getAddress()),
                            port.getPort(),
                            IpAddress.parse(port.getJailAddress()),
                            port.getJailPort()))
                    .toList();
        } catch (InvalidValue e) {
            throw new MalformedMessage("a published port " + e.reason(), e);
        }
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
