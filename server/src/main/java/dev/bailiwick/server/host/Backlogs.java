package dev.bailiwick.server.host;

import dev.bailiwick.jail.HostId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Counts the work that hosts have yet to do. */
final class Backlogs {

    /** The jails that may not have reached their latest definition, and those that start or stop without another one. */
    private static final String NOTED =
            "SELECT jail_id FROM jail_waiting UNION ALL SELECT jail_id FROM jail_status WHERE phase IN ('pending', 'starting', 'stopping')";

    /** To look at each of more jails than these takes longer than to read all. */
    private static final int MAX_NOTED = 1_000;

    private final JdbcClient jdbc;
    private final Clock clock;

    Backlogs(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** Returns the backlogs of these hosts; hosts that have nothing left to do may be missing. */
    Map<HostId, Backlog> of(Collection<HostId> hosts) {
        Map<HostId, Backlog> backlogs = new HashMap<>();
        jdbc.sql("""
                        SELECT host_id, waiting, (SELECT count(*) FROM unnest(recent) AS reported_at
                                WHERE reported_at > newest - interval '10 seconds') / 10.0 AS pace
                        FROM (
                            SELECT j.host_id, max(s.reported_at) AS newest,
                                count(*) FILTER (WHERE s.jail_id IS NULL OR s.generation < j.generation
                                    OR s.phase IN ('pending', 'starting', 'stopping')) AS waiting,
                                array_agg(s.reported_at) FILTER (WHERE s.phase IN ('running', 'stopped')
                                    AND s.received_at > :now::timestamptz - interval '15 seconds') AS recent
                            FROM jail j LEFT JOIN jail_status s ON s.jail_id = j.id
                            WHERE j.host_id = ANY (:hosts::uuid[]) GROUP BY j.host_id) AS counted
                        """)
                .param("hosts", texts(busy(hosts)))
                .param("now", Timestamp.from(clock.instant()))
                .query(row -> {
                    backlogs.put(id(row), new Backlog(row.getLong("waiting"), row.getDouble("pace")));
                });
        return backlogs;
    }

    /** Returns those of the hosts that have something left to do; all of them if so many jails wait that it takes longer to look at each. */
    private Collection<HostId> busy(Collection<HostId> hosts) {
        int noted = jdbc.sql("SELECT count(*) FROM (" + NOTED + " LIMIT " + (MAX_NOTED + 1) + ") AS noted")
                .query(Integer.class)
                .single();
        if (noted > MAX_NOTED) {
            return hosts;
        }
        // A jail that is noted may be done by now. OFFSET 0 keeps the planner from reading all jails for the few that
        // are noted.
        return jdbc.sql("SELECT DISTINCT j.host_id FROM (" + NOTED + ") AS w " + """
                        CROSS JOIN LATERAL (SELECT host_id, generation FROM jail WHERE id = w.jail_id OFFSET 0) AS j
                        LEFT JOIN LATERAL (SELECT generation, phase FROM jail_status WHERE jail_id = w.jail_id OFFSET 0) AS s ON true
                        WHERE j.host_id = ANY (:hosts::uuid[]) AND (s.generation IS NULL OR s.generation < j.generation
                            OR s.phase IN ('pending', 'starting', 'stopping'))
                        """)
                .param("hosts", texts(hosts))
                .query((row, _) -> id(row))
                .list();
    }

    private static String[] texts(Collection<HostId> hosts) {
        return hosts.stream().map(HostId::toString).toArray(String[]::new);
    }

    private static HostId id(ResultSet row) throws SQLException {
        return new HostId(row.getObject("host_id", UUID.class));
    }
}
