package dev.bailiwick.server.network;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Name servers by pool and by host, for operators. */
@RestController
class ResolverResource {

    private static final String ABOUT =
            "A jail's own definition comes first, then the pool of its IPv4 address, then that of its IPv6 address, then its host, then the host's /etc/resolv.conf; each of the three parts by itself. Running jails keep what they have until they start again.";

    private static final int MAX_VIOLATIONS = 20;

    private final Resolvers resolvers;

    ResolverResource(Resolvers resolvers) {
        this.resolvers = resolvers;
    }

    /** What resolv.conf says. An absent or empty part is left to what comes next. */
    record ResolverDocument(
            @Schema(description = "At most 3 addresses. By default none.") @Nullable
            List<@Nullable String> nameServers,

            @Schema(description = "At most 16 domains. By default none.") @Nullable
            List<@Nullable String> searchDomains,

            @Schema(description = "Options of resolv.conf(5), for example ndots:2; at most 16. By default none.")
            @Nullable
            List<@Nullable String> resolverOptions) {

        static ResolverDocument of(ResolverConfiguration resolver) {
            return new ResolverDocument(
                    resolver.servers().stream()
                            .<@Nullable String>map(IpAddress::toString)
                            .toList(),
                    List.<@Nullable String>copyOf(resolver.search()),
                    List.<@Nullable String>copyOf(resolver.options()));
        }

        ResolverConfiguration resolver() {
            List<Violation> violations = new ArrayList<>();
            List<IpAddress> servers = new ArrayList<>();
            List<String> search = new ArrayList<>();
            List<String> options = new ArrayList<>();
            checkEach("/nameServers", nameServers, text -> addOnce(servers, IpAddress.parse(text)), violations);
            checkEach(
                    "/searchDomains",
                    searchDomains,
                    text -> search.addAll(ResolverConfiguration.checkSearch(List.of(text))),
                    violations);
            checkEach(
                    "/resolverOptions",
                    resolverOptions,
                    text -> options.addAll(ResolverConfiguration.checkOptions(List.of(text))),
                    violations);
            check("/nameServers", () -> ResolverConfiguration.checkServers(servers), violations);
            check("/searchDomains", () -> ResolverConfiguration.checkSearch(search), violations);
            check("/resolverOptions", () -> ResolverConfiguration.checkOptions(options), violations);
            if (!violations.isEmpty()) {
                throw new InvalidRequest(violations);
            }
            return new ResolverConfiguration(servers, search, options);
        }

        /** A second attempt at a server that did not respond only costs the time of a lookup. */
        private static boolean addOnce(List<IpAddress> servers, IpAddress server) {
            if (servers.contains(server)) {
                throw new InvalidValue("is named twice");
            }
            return servers.add(server);
        }

        private static void checkEach(
                String pointer,
                @Nullable List<@Nullable String> texts,
                Function<String, ?> reading,
                List<Violation> violations) {
            List<@Nullable String> all = texts == null ? List.of() : texts;
            for (int i = 0; i < all.size() && violations.size() < MAX_VIOLATIONS; i++) {
                String text = all.get(i);
                if (text == null) {
                    violations.add(new Violation(pointer + "/" + i, "is required"));
                } else {
                    check(pointer + "/" + i, () -> reading.apply(text), violations);
                }
            }
        }

        private static void check(String pointer, Supplier<?> reading, List<Violation> violations) {
            try {
                var _ = reading.get();
            } catch (InvalidValue e) {
                violations.add(new Violation(pointer, e.reason()));
            }
        }
    }

    @Fails({PoolNotFound.class})
    @Operation(
            operationId = "getPoolResolver",
            summary = "Get the name servers of an address pool",
            description = ABOUT)
    @GetMapping("/api/v1/pools/{id}/resolver")
    ResolverDocument ofPool(Caller caller, @PathVariable PoolId id) {
        return ResolverDocument.of(resolvers.of(caller, id));
    }

    @Fails({PoolNotFound.class})
    @Operation(
            operationId = "replacePoolResolver",
            summary = "Replace the name servers of an address pool",
            description = ABOUT)
    @PutMapping("/api/v1/pools/{id}/resolver")
    ResolverDocument setOfPool(Caller caller, @PathVariable PoolId id, @RequestBody ResolverDocument wanted) {
        ResolverConfiguration resolver = wanted.resolver();
        resolvers.set(caller, id, resolver);
        return ResolverDocument.of(resolver);
    }

    @Fails({HostNotFound.class})
    @Operation(operationId = "getHostResolver", summary = "Get the name servers of a host", description = ABOUT)
    @GetMapping("/api/v1/hosts/{id}/resolver")
    ResolverDocument ofHost(Caller caller, @PathVariable HostId id) {
        return ResolverDocument.of(resolvers.of(caller, id));
    }

    @Fails({HostNotFound.class})
    @Operation(operationId = "replaceHostResolver", summary = "Replace the name servers of a host", description = ABOUT)
    @PutMapping("/api/v1/hosts/{id}/resolver")
    ResolverDocument setOfHost(Caller caller, @PathVariable HostId id, @RequestBody ResolverDocument wanted) {
        ResolverConfiguration resolver = wanted.resolver();
        resolvers.set(caller, id, resolver);
        return ResolverDocument.of(resolver);
    }
}
