package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.jail.placement.Placement.Candidate;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
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
                            (SELECT count(*) FROM jail j WHERE j.host_id = h.id) AS jails
                        FROM host h LEFT JOIN host_connection c ON c.host_id = h.id WHERE h.retired_at IS NULL
                        """)
                .param("now", Timestamp.from(clock.instant()))
                .query((row, number) -> new Candidate(
                        new HostId(row.getObject("id", UUID.class)),
                        row.getBoolean("connected"),
                        row.getLong("jails"),
                        row.getLong("memory")))
                .list();
    }
}
