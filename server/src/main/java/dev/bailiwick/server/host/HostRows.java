package dev.bailiwick.server.host;

import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.report.Condition;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads hosts from the database. Each read is one statement and needs no transaction. */
final class HostRows {

    private static final String FROM = """
            FROM host h LEFT JOIN host_connection c ON c.host_id = h.id
            """;

    private static final String VIEW = """
            SELECT h.id, h.name, h.version, h.revision, h.memory_overcommit, h.cpu_overcommit, h.created_at, c.host_id IS NOT NULL AS been_there,
                c.connected_until >= :now AS connected, c.last_seen_at, c.accepted_revision, c.agent_version, c.facts,
                c.conditions,
                EXISTS (SELECT FROM host_branch b WHERE b.host_id = h.id) AS diverged,
                (SELECT count(*) FROM host_difference d WHERE d.host_id = h.id AND d.choice IS NULL) AS undecided, c.id_ranges, c.id_ranges_taken
            """ + FROM;

    /** Searches names, and from eight digits on also ids: fewer digits match too many ids. */
    private static final String CONTAINS = """
            (strpos(h.name, lower(:text)) > 0 OR length(:text) >= 8 AND starts_with(h.id::text, lower(:text)))""";

    private static final TypeReference<List<Condition>> CONDITIONS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;

    HostRows(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    Optional<Host> find(HostId id, Instant now) {
        Query query = new Query(HostFilter.ALL, now);
        query.add("h.id = :id", "id", id.value());
        return query.run(VIEW + query.conditions)
                .query((row, number) -> host(row))
                .optional();
    }

    /** @param from the host that the page starts with; if it no longer exists, the page is empty */
    HostPage page(HostFilter filter, HostOrder order, Optional<HostId> from, int limit, Instant now) {
        Query query = new Query(filter, now);
        from.ifPresent(start -> query.bound(order, order.direction().after() + "=", start));
        List<Host> found = query.run(VIEW + query.conditions + orderBy(order) + " LIMIT :limit")
                .param("limit", limit + 1)
                .query((row, number) -> host(row))
                .list();
        return new HostPage(
                found.subList(0, Math.min(limit, found.size())),
                from.flatMap(start -> previous(filter, order, start, limit, now)),
                found.size() > limit ? Optional.of(found.get(limit).id()) : Optional.empty());
    }

    private Optional<HostId> previous(HostFilter filter, HostOrder order, HostId start, int limit, Instant now) {
        HostOrder back = order.reversed();
        Query query = new Query(filter, now);
        query.bound(back, back.direction().after(), start);
        return query
                .run("SELECT h.id " + FROM + query.conditions + orderBy(back) + " LIMIT :limit")
                .param("limit", limit)
                .query((row, number) -> new HostId(row.getObject("id", UUID.class)))
                .list()
                .reversed()
                .stream()
                .findFirst();
    }

    HostCount count(HostFilter filter, Instant now) {
        Query query = new Query(filter, now);
        return query.run("SELECT count(*) FROM (SELECT " + FROM + query.conditions + " LIMIT :limit) AS found")
                .param("limit", HostCount.MAX_COUNTED + 1)
                .query(Integer.class)
                .optional()
                .map(HostCount::of)
                .orElseThrow();
    }

    private static String orderBy(HostOrder order) {
        String direction = " " + order.direction().sql();
        return " ORDER BY " + order.column().expression + direction + ", h.name" + direction;
    }

    /** The conditions of a list and their parameters. */
    private final class Query {

        private final StringBuilder conditions = new StringBuilder(" WHERE h.retired_at IS NULL");
        private final Map<String, Object> parameters = new HashMap<>();

        Query(HostFilter filter, Instant now) {
            parameters.put("now", Timestamp.from(now));
            filter.state()
                    .ifPresent(state -> add(":state = " + HostOrder.Column.STATE.expression, "state", state.text()));
            filter.text().ifPresent(text -> add(CONTAINS, "text", text));
        }

        void bound(HostOrder order, String comparison, HostId start) {
            String compared = order.column().expression + ", h.name";
            add(
                    "(" + compared + ") " + comparison + " (SELECT " + compared + " " + FROM + " WHERE h.id = :from)",
                    "from",
                    start.value());
        }

        void add(String condition, String name, Object value) {
            conditions.append(" AND ").append(condition);
            parameters.put(name, value);
        }

        StatementSpec run(String sql) {
            return jdbc.sql(sql).params(parameters);
        }
    }

    private Host host(ResultSet row) throws SQLException {
        return new Host(
                new HostId(row.getObject("id", UUID.class)),
                new HostName(row.getString("name")),
                row.getLong("version"),
                row.getLong("revision"),
                new Overcommit(row.getBigDecimal("memory_overcommit"), row.getBigDecimal("cpu_overcommit")),
                row.getTimestamp("created_at").toInstant(),
                row.getBoolean("been_there") ? Optional.of(presence(row)) : Optional.empty(),
                new Host.Agreement(row.getBoolean("diverged"), row.getLong("undecided")));
    }

    private Host.Presence presence(ResultSet row) throws SQLException {
        return new Host.Presence(
                row.getBoolean("connected"),
                row.getTimestamp("last_seen_at").toInstant(),
                row.getLong("accepted_revision"),
                row.getString("agent_version"),
                json.readValue(row.getString("facts"), HostFacts.class),
                json.readValue(row.getString("conditions"), CONDITIONS),
                idRanges(row));
    }

    private static Optional<Host.IdRanges> idRanges(ResultSet row) throws SQLException {
        @Nullable Integer count = row.getObject("id_ranges", Integer.class);
        if (count == null) {
            return Optional.empty();
        }
        return Optional.of(new Host.IdRanges(count, row.getLong("id_ranges_taken")));
    }
}
