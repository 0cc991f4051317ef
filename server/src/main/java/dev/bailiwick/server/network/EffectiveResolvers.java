package dev.bailiwick.server.network;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.ResolverConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.springframework.stereotype.Component;

/** What resolv.conf says in jails that say nothing themselves, and where each part of it comes from. */
@Component
class EffectiveResolvers {

    private final Pools pools;
    private final StoredResolvers stored;

    EffectiveResolvers(Pools pools, StoredResolvers stored) {
        this.pools = pools;
        this.stored = stored;
    }

    /** Where a part comes from; FILE is the host's own /etc/resolv.conf, of which the server knows no content. */
    enum Source {
        POOL,
        HOST,
        FILE
    }

    /** @param words empty if the part comes from the host's file */
    record Part(List<String> words, Source source) {

        private static Part of(
                Function<ResolverConfiguration, List<?>> part, ResolverConfiguration pool, ResolverConfiguration host) {
            List<?> ofPool = part.apply(pool);
            List<?> ofHost = part.apply(host);
            Source source = !ofPool.isEmpty() ? Source.POOL : !ofHost.isEmpty() ? Source.HOST : Source.FILE;
            return new Part(
                    (ofPool.isEmpty() ? ofHost : ofPool)
                            .stream().map(Object::toString).toList(),
                    source);
        }
    }

    /**
     * What some jails get.
     *
     * @param name of the host or the range of the pool; empty for all others
     */
    record Row(String name, Part servers, Part search, Part options) {

        static Row of(String name, ResolverConfiguration pool, ResolverConfiguration host) {
            return new Row(
                    name,
                    Part.of(ResolverConfiguration::servers, pool, host),
                    Part.of(ResolverConfiguration::search, pool, host),
                    Part.of(ResolverConfiguration::options, pool, host));
        }
    }

    /** Returns what jails with addresses of the pool get, on each host that says something, and on all others. */
    List<Row> ofPool(AddressPool pool) {
        ResolverConfiguration known = stored.ofPool(pool.id()).orElse(ResolverConfiguration.EMPTY);
        List<Row> rows = new ArrayList<>();
        if (pool.host().isPresent()) {
            rows.add(Row.of("", known, stored.ofHost(pool.host().get())));
            return rows;
        }
        new TreeMap<>(stored.ofHosts()).forEach((name, host) -> rows.add(Row.of(name, known, host)));
        rows.add(Row.of("", known, ResolverConfiguration.EMPTY));
        return rows;
    }

    /** Returns what the jails of the host get, with addresses of each pool that says something, and with all others. */
    List<Row> ofHost(HostId host) {
        HostPools known = pools.of(host);
        List<Row> rows = new ArrayList<>();
        Map<?, ResolverConfiguration> said = known.poolResolvers();
        known.here().stream()
                .filter(said::containsKey)
                .forEach(range -> rows.add(Row.of(
                        range.toString(),
                        known.poolResolvers().getOrDefault(range, ResolverConfiguration.EMPTY),
                        known.resolver())));
        rows.add(Row.of("", ResolverConfiguration.EMPTY, known.resolver()));
        return rows;
    }
}
