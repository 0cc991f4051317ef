package dev.bailiwick.server.network;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;
import java.util.List;

/** An event about name servers of a pool or a host, for the audit. */
public sealed interface ResolverEvent extends Event {

    @EventType(action = "pool.resolver-changed", version = 1)
    record OfPool(List<String> nameServers, List<String> searchDomains, List<String> resolverOptions)
            implements ResolverEvent {

        static OfPool of(ResolverConfiguration resolver) {
            return new OfPool(servers(resolver), resolver.search(), resolver.options());
        }
    }

    @EventType(action = "host.resolver-changed", version = 1)
    record OfHost(List<String> nameServers, List<String> searchDomains, List<String> resolverOptions)
            implements ResolverEvent {

        static OfHost of(ResolverConfiguration resolver) {
            return new OfHost(servers(resolver), resolver.search(), resolver.options());
        }
    }

    private static List<String> servers(ResolverConfiguration resolver) {
        return resolver.servers().stream().map(IpAddress::toString).toList();
    }
}
