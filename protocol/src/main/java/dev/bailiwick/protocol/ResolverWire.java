package dev.bailiwick.protocol;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.v1.Resolver;

/** Converts what a resolv.conf says to and from its message. */
public final class ResolverWire {

    private ResolverWire() {}

    public static Resolver toWire(ResolverConfiguration resolver) {
        return Resolver.newBuilder()
                .addAllServers(
                        resolver.servers().stream().map(IpAddress::toString).toList())
                .addAllSearch(resolver.search())
                .addAllOptions(resolver.options())
                .build();
    }

    /** @throws InvalidValue if a server is not an address, or another part is invalid */
    public static ResolverConfiguration fromWire(Resolver wire) {
        return new ResolverConfiguration(
                wire.getServersList().stream().map(IpAddress::parse).toList(),
                wire.getSearchList(),
                wire.getOptionsList());
    }
}
