package dev.bailiwick.server.host;

import dev.bailiwick.jail.Condition;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads hosts from the database. */
final class HostRows {

    private static final String SELECT = """
            SELECT h.id, h.name, h.version, h.revision, h.created_at, c.host_id IS NOT NULL AS been_there,
                c.connected_until >= :now AS connected, c.last_seen_at, c.accepted_revision, c.agent_version, c.facts,
                c.conditions,
                EXISTS (SELECT FROM host_branch b WHERE b.host_id = h.id) AS parted,
                (SELECT count(*) FROM host_difference d WHERE d.host_id = h.id AND d.choice IS NULL) AS undecided, c.id_ranges, c.id_ranges_taken
            FROM host h LEFT JOIN host_connection c ON c.host_id = h.id
            WHERE h.retired_at IS NULL
            """;

    private static final TypeReference<List<Condition>> CONDITIONS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;

    HostRows(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    Optional<Host> find(HostId id, Instant now) {
        return jdbc.sql(SELECT + " AND h.id = :id")
                .param("id", id.value())
                .param("now", Timestamp.from(now))
                .query((row, number) -> host(row))
                .optional();
    }

    List<Host> list(Optional<HostName> after, int limit, Instant now) {
        return jdbc.sql(SELECT + " AND h.name > :after ORDER BY h.name LIMIT :limit")
                .param("after", after.map(HostName::value).orElse(""))
                .param("limit", limit)
                .param("now", Timestamp.from(now))
                .query((row, number) -> host(row))
                .list();
    }

    private Host host(ResultSet row) throws SQLException {
        return new Host(
                new HostId(row.getObject("id", java.util.UUID.class)),
                new HostName(row.getString("name")),
                row.getLong("version"),
                row.getLong("revision"),
                row.getTimestamp("created_at").toInstant(),
                row.getBoolean("been_there") ? Optional.of(presence(row)) : Optional.empty(),
                new Host.Agreement(row.getBoolean("parted"), row.getLong("undecided")));
    }

    private Host.Presence presence(ResultSet row) throws SQLException {
        return new Host.Presence(
                row.getBoolean("connected"),
                row.getTimestamp("last_seen_at").toInstant(),
                row.getLong("accepted_revision"),
                row.getString("agent_version"),
                json.readValue(row.getString("facts"), StoredFacts.class).facts(),
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
