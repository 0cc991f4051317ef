package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.ResolverConfiguration;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** What resolv.conf says by host and by pool, in the columns of their tables. */
@Component
class StoredResolvers {

    private static final String COLUMNS = "name_servers, search_domains, resolver_options";

    private static final String SET =
            " SET name_servers = :servers::jsonb, search_domains = :search::jsonb, resolver_options = :options::jsonb ";

    private static final String DIFFERS =
            "(name_servers, search_domains, resolver_options) IS DISTINCT FROM (:servers::jsonb, :search::jsonb, :options::jsonb)";

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final ObjectReader texts;

    StoredResolvers(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
        this.texts = json.readerForListOf(String.class);
    }

    /** Returns an empty configuration for a host that does not exist. */
    ResolverConfiguration ofHost(HostId host) {
        return find("SELECT " + COLUMNS + " FROM host WHERE id = ? AND retired_at IS NULL", host.value())
                .orElse(ResolverConfiguration.EMPTY);
    }

    /** Returns the hosts that say something, by name. */
    Map<String, ResolverConfiguration> ofHosts() {
        Map<String, ResolverConfiguration> all = new HashMap<>();
        jdbc.sql("SELECT name, " + COLUMNS + " FROM host WHERE retired_at IS NULL"
                        + " AND (name_servers <> '[]' OR search_domains <> '[]' OR resolver_options <> '[]')")
                .query((row, number) -> Map.entry(row.getString("name"), read(row)))
                .list()
                .forEach(host -> all.put(host.getKey(), host.getValue()));
        return all;
    }

    /** Returns empty if the pool does not exist. */
    Optional<ResolverConfiguration> ofPool(PoolId pool) {
        return find("SELECT " + COLUMNS + " FROM address_pool WHERE id = ?", pool.value());
    }

    /** Returns the pools of which jails of this host may have addresses, without those that say nothing. */
    Map<AddressRange, ResolverConfiguration> ofPools(HostId host) {
        Map<AddressRange, ResolverConfiguration> all = new HashMap<>();
        jdbc
                .sql("SELECT range::text AS range, " + COLUMNS
                        + " FROM address_pool WHERE host_id IS NULL OR host_id = ? ORDER BY range")
                .param(host.value())
                .query((row, number) -> Map.entry(AddressRange.parse(row.getString("range")), read(row)))
                .list()
                .stream()
                .filter(pool -> !pool.getValue().equals(ResolverConfiguration.EMPTY))
                .forEach(pool -> all.put(pool.getKey(), pool.getValue()));
        return all;
    }

    /** Returns false if that changes nothing, or the host does not exist. */
    boolean setOfHost(HostId host, ResolverConfiguration resolver) {
        return set(
                "UPDATE host" + SET + "WHERE id = :id AND retired_at IS NULL AND " + DIFFERS, host.value(), resolver);
    }

    /** Returns false if that changes nothing, or the pool does not exist. */
    boolean setOfPool(PoolId pool, ResolverConfiguration resolver) {
        return set("UPDATE address_pool" + SET + "WHERE id = :id AND " + DIFFERS, pool.value(), resolver);
    }

    private Optional<ResolverConfiguration> find(String select, UUID id) {
        return jdbc.sql(select).param(id).query((row, number) -> read(row)).optional();
    }

    private boolean set(String update, UUID id, ResolverConfiguration resolver) {
        return jdbc.sql(update)
                        .param("id", id)
                        .param(
                                "servers",
                                json.writeValueAsString(resolver.servers().stream()
                                        .map(IpAddress::toString)
                                        .toList()))
                        .param("search", json.writeValueAsString(resolver.search()))
                        .param("options", json.writeValueAsString(resolver.options()))
                        .update()
                == 1;
    }

    private ResolverConfiguration read(ResultSet row) throws SQLException {
        List<String> servers = texts.readValue(row.getString("name_servers"));
        return new ResolverConfiguration(
                servers.stream().map(IpAddress::parse).toList(),
                texts.readValue(row.getString("search_domains")),
                texts.readValue(row.getString("resolver_options")));
    }
}
