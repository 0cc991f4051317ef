package dev.bailiwick.server.link;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.PublishedPort;
import dev.bailiwick.protocol.ResolverWire;
import dev.bailiwick.protocol.v1.EgressWay;
import dev.bailiwick.protocol.v1.PoolEgress;
import dev.bailiwick.protocol.v1.PoolResolver;
import dev.bailiwick.protocol.v1.Pools;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.server.network.HostPools;

/** The message with the address pools of a host. */
final class PoolMessages {

    private PoolMessages() {}

    static ServerMessage of(HostPools pools) {
        return ServerMessage.newBuilder()
                .setPools(Pools.newBuilder()
                        .addAllHere(pools.here().stream()
                                .map(AddressRange::toString)
                                .toList())
                        .addAllElsewhere(pools.elsewhere().stream()
                                .map(AddressRange::toString)
                                .toList())
                        .addAllEgresses(pools.egresses().entrySet().stream()
                                .map(pool -> egress(pool.getKey(), pool.getValue()))
                                .toList())
                        .addAllPublishedPorts(
                                pools.ports().stream().map(PoolMessages::port).toList())
                        .setResolver(ResolverWire.toWire(pools.resolver()))
                        .addAllPoolResolvers(pools.poolResolvers().entrySet().stream()
                                .map(pool -> PoolResolver.newBuilder()
                                        .setRange(pool.getKey().toString())
                                        .setResolver(ResolverWire.toWire(pool.getValue()))
                                        .build())
                                .toList()))
                .build();
    }

    private static PoolEgress egress(AddressRange range, Egress egress) {
        return PoolEgress.newBuilder()
                .setRange(range.toString())
                .setWay(
                        switch (egress.way()) {
                            case ROUTED -> EgressWay.EGRESS_WAY_ROUTED;
                            case MASQUERADE -> EgressWay.EGRESS_WAY_MASQUERADE;
                            case CLOSED -> EgressWay.EGRESS_WAY_CLOSED;
                        })
                .setOutgoingMail(egress.outgoingMail())
                .build();
    }

    private static dev.bailiwick.protocol.v1.PublishedPort port(PublishedPort port) {
        return dev.bailiwick.protocol.v1.PublishedPort.newBuilder()
                .setProtocol(port.protocol().toString())
                .setAddress(port.address().toString())
                .setPort(port.port())
                .setJailAddress(port.jailAddress().toString())
                .setJailPort(port.jailPort())
                .build();
    }
}
