package dev.bailiwick.agent.link;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.MalformedMessage;
import dev.bailiwick.protocol.v1.Pools;
import java.util.List;

/** Reads the address pools that the server sends. */
final class PoolsWire {

    private PoolsWire() {}

    /** @throws MalformedMessage naming the first range that is invalid */
    static AddressPools fromWire(Pools pools) {
        return new AddressPools(ranges(pools.getHereList()), ranges(pools.getElsewhereList()));
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
