package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.jail.placement.Placement.Candidate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The hosts on which a new jail may be placed. */
@Component
class CandidateHosts {

    private final JdbcClient jdbc;
    private final Clock clock;

    CandidateHosts(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** Returns all hosts that are not retired, in no order. */
    List<Candidate> all() {
        return jdbc.sql("""
                        SELECT h.id, coalesce(c.connected_until >= :now, false) AS connected,
                            coalesce((c.facts ->> 'memoryBytes')::bigint, 0) AS memory,
                            jails.number AS jails,
                            trunc(h.memory_overcommit * (c.facts ->> 'memoryBytes')::bigint - jails.memory)::bigint AS memory_left,
                            trunc(h.cpu_overcommit * 1000 * (c.facts ->> 'cpus')::integer - jails.cpu_millis)::bigint AS cpu_left
                        FROM host h LEFT JOIN host_connection c ON c.host_id = h.id,
                            LATERAL (SELECT count(*) AS number,
                                least(coalesce(sum(j.memory_bytes), 0), 9223372036854775807) AS memory,
                                coalesce(sum(j.cpu_millis), 0) AS cpu_millis
                            FROM jail j WHERE j.host_id = h.id) AS jails
                        WHERE h.retired_at IS NULL
                        """)
                .param("now", Timestamp.from(clock.instant()))
                .query((row, number) -> new Candidate(
                        new HostId(row.getObject("id", UUID.class)),
                        row.getBoolean("connected"),
                        row.getLong("jails"),
                        row.getLong("memory"),
                        number(row, "memory_left"),
                        number(row, "cpu_left")))
                .list();
    }

    private static OptionalLong number(ResultSet row, String column) throws SQLException {
        @Nullable Long value = row.getObject(column, Long.class);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }
}
