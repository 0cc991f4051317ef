package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.host.HostId;
import dev.bailiwick.server.placement.Placement.Candidate;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Service;

/** Reads jails, whoever they belong to. Each read is one statement, which needs no transaction around it. */
@Service
class JailList {

    private final JdbcClient jdbc;
    private final JailRows rows;
    private final Clock clock;

    JailList(JdbcClient jdbc, JailRows rows, Clock clock) {
        this.jdbc = jdbc;
        this.rows = rows;
        this.clock = clock;
    }

    Optional<JailView> find(JailId id) {
        return jdbc.sql(JailRows.VIEW + " WHERE j.id = :id")
                .param("id", id.value())
                .param("now", Timestamp.from(clock.instant()))
                .query((row, number) -> rows.view(row))
                .optional();
    }

    /** Those of them that there are, in no order. */
    List<JailView> findAll(Collection<JailId> ids) {
        return jdbc.sql(JailRows.VIEW + " WHERE j.id = ANY (:ids::uuid[])")
                .param("ids", ids.stream().map(JailId::toString).toArray(String[]::new))
                .param("now", Timestamp.from(clock.instant()))
                .query((row, number) -> rows.view(row))
                .list();
    }

    JailPage page(JailFilter filter, Optional<JailId> from, int limit) {
        StringBuilder sql = new StringBuilder(JailRows.VIEW).append(" WHERE true");
        from.ifPresent(_ -> sql.append(" AND j.id <= :from"));
        filter.host().ifPresent(_ -> sql.append(" AND j.host_id = :host"));
        filter.customer().ifPresent(_ -> sql.append(" AND j.customer_id = :customer"));
        filter.phase().ifPresent(_ -> sql.append("""
                 AND :phase = CASE WHEN c.connected_until >= :now THEN coalesce(s.phase, 'pending') ELSE 'unknown' END
                """));
        filter.text().ifPresent(_ -> sql.append("""
                 AND (strpos(j.name, lower(:text)) > 0 OR strpos(lower(j.hostname), lower(:text)) > 0
                    OR strpos(lower(j.external_id), lower(:text)) > 0 OR EXISTS (
                        SELECT FROM jail_address a WHERE a.jail_id = j.id AND strpos(host(a.address), lower(:text)) > 0))
                """));
        sql.append(" ORDER BY j.id DESC LIMIT :limit");
        StatementSpec statement = jdbc.sql(sql.toString())
                .param("now", Timestamp.from(clock.instant()))
                .param("limit", limit + 1);
        from.ifPresent(id -> statement.param("from", id.value()));
        filter.host().ifPresent(id -> statement.param("host", id.value()));
        filter.customer().ifPresent(id -> statement.param("customer", id.value()));
        filter.phase().ifPresent(phase -> statement.param("phase", phase));
        filter.text().ifPresent(text -> statement.param("text", text));
        List<JailView> found = statement.query((row, number) -> rows.view(row)).list();
        if (found.size() <= limit) {
            return new JailPage(found, Optional.empty());
        }
        return new JailPage(
                found.subList(0, limit), Optional.of(found.get(limit).id()));
    }

    /** All hosts, with what placement asks about them. */
    List<Candidate> candidates() {
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
