package dev.bailiwick.server.jail.history;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Labels;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.AuditEvent;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.jail.view.JailCount;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.LabelFilter;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The jails that were removed less than {@link #KEPT} ago. The database records a jail when it deletes it. */
@Service
public class RemovedJails {

    /** How long a removed jail can be found. Its events stay in the audit. */
    public static final Duration KEPT = Duration.ofDays(90);

    /** The maximum number of removed jails of all customers together; the latest ones are kept. */
    static final int MAX_KEPT = 100_000;

    private static final int MAX_HISTORY = 200;

    /** Leaves out a removed jail that exists again because a host brought it back. */
    private static final String FROM = """
             FROM removed_jail r JOIN customer u ON u.id = r.customer_id
            WHERE NOT EXISTS (SELECT FROM jail j WHERE j.id = r.id AND NOT j.files_only)""";

    private static final String CONTAINS = """
             (strpos(r.name, lower(:text)) > 0 OR strpos(lower(r.hostname), lower(:text)) > 0
                OR strpos(lower(r.external_id), lower(:text)) > 0 OR strpos(lower(u.name), lower(:text)) > 0
                OR length(:text) >= 8 AND starts_with(r.id::text, lower(:text))
                OR EXISTS (SELECT FROM unnest(r.addresses) a WHERE strpos(host(a), lower(:text)) > 0))""";

    private static final TypeReference<Map<String, String>> LABELS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Audit audit;
    private final Clock clock;

    RemovedJails(JdbcClient jdbc, JsonMapper json, Audit audit, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Lists the removed jails that the caller may see, the latest first.
     *
     * @param filter a filter whose phase is ignored
     * @param from the first jail of the page; empty for the first page
     * @param limit 1 to 1000
     */
    public RemovedPage list(Caller caller, JailFilter filter, Optional<JailId> from, int limit) {
        caller.require(Scope.JAILS_READ);
        return filter.visibleTo(caller)
                .map(visible -> page(visible, from, limit))
                .orElse(RemovedPage.EMPTY);
    }

    public JailCount count(Caller caller, JailFilter filter) {
        caller.require(Scope.JAILS_READ);
        return filter.visibleTo(caller)
                .map(visible -> {
                    Map<String, Object> parameters = new HashMap<>(Map.of("limit", JailCount.MAX_COUNTED + 1));
                    String found = "SELECT r.id" + FROM + conditions(visible, parameters) + " LIMIT :limit";
                    return JailCount.of(jdbc.sql("SELECT count(*) FROM (" + found + ") AS found")
                            .params(parameters)
                            .query(Integer.class)
                            .single());
                })
                .orElse(JailCount.NONE);
    }

    /** Returns a removed jail; empty if there is none, if the caller may not see it, or if it exists again. */
    public Optional<RemovedJail> find(Caller caller, JailId id) {
        caller.require(Scope.JAILS_READ);
        return jdbc.sql("SELECT r.*, u.name AS customer_name" + FROM + " AND r.id = :id")
                .param("id", id.value())
                .query((row, number) -> jail(row))
                .optional()
                .filter(jail -> caller.sees(jail.customer(), jail.id()));
    }

    /**
     * Returns the events of a jail, the latest first, at most 200. Customers see the events of the time in which the
     * jail was theirs.
     */
    public List<AuditEvent> history(Caller caller, RemovedJail jail) {
        return audit.latest("jail", jail.id().toString(), MAX_HISTORY).stream()
                .filter(event -> caller.seesInstallation()
                        || event.subject().customer() != null
                                && caller.sees(new CustomerId(event.subject().customer())))
                .toList();
    }

    @Scheduled(fixedDelayString = "PT1H", initialDelayString = "PT4M")
    @Transactional
    public void forgetOld() {
        RowAccess.everything().run(this::deleteOld);
    }

    private void deleteOld() {
        jdbc.sql("DELETE FROM removed_jail WHERE removed_at < ?")
                .param(Timestamp.from(clock.instant().minus(KEPT)))
                .update();
        jdbc.sql("""
                        DELETE FROM removed_jail WHERE (removed_at, id) <= (
                            SELECT removed_at, id FROM removed_jail ORDER BY removed_at DESC, id DESC OFFSET ? LIMIT 1)
                        """).param(MAX_KEPT).update();
    }

    private RemovedPage page(JailFilter filter, Optional<JailId> from, int limit) {
        List<RemovedJail> found = read(filter, from, "<=", "DESC", limit + 1);
        List<RemovedJail> before = from.isEmpty() ? List.of() : read(filter, from, ">", "ASC", limit);
        return new RemovedPage(
                found.subList(0, Math.min(limit, found.size())),
                before.isEmpty()
                        ? Optional.empty()
                        : Optional.of(before.getLast().id()),
                found.size() > limit ? Optional.of(found.get(limit).id()) : Optional.empty());
    }

    private List<RemovedJail> read(
            JailFilter filter, Optional<JailId> from, String comparison, String direction, int limit) {
        Map<String, Object> parameters = new HashMap<>(Map.of("limit", limit));
        String start = from.map(id -> {
                    parameters.put("from", id.value());
                    return " AND (r.removed_at, r.id) " + comparison
                            + " (SELECT f.removed_at, f.id FROM removed_jail f WHERE f.id = :from"
                            + (filter.customer().isPresent() ? " AND f.customer_id = :customer" : "")
                            + filter.reach()
                                    .map(some -> " AND " + some.condition("f.customer_id", "f.id", parameters))
                                    .orElse("")
                            + ")";
                })
                .orElse("");
        return jdbc.sql("SELECT r.*, u.name AS customer_name" + FROM + conditions(filter, parameters) + start
                        + " ORDER BY r.removed_at " + direction + ", r.id " + direction + " LIMIT :limit")
                .params(parameters)
                .query((row, number) -> jail(row))
                .list();
    }

    private static String conditions(JailFilter filter, Map<String, Object> parameters) {
        StringBuilder conditions = new StringBuilder();
        filter.host().ifPresent(id -> {
            conditions.append(" AND r.host_id = :host");
            parameters.put("host", id.value());
        });
        filter.customer().ifPresent(id -> {
            conditions.append(" AND r.customer_id = :customer");
            parameters.put("customer", id.value());
        });
        filter.reach()
                .ifPresent(
                        some -> conditions.append(" AND ").append(some.condition("r.customer_id", "r.id", parameters)));
        filter.text().ifPresent(text -> {
            conditions.append(" AND").append(CONTAINS);
            parameters.put("text", text);
        });
        filter.externalId().ifPresent(id -> {
            conditions.append(" AND r.external_id = :externalId");
            parameters.put("externalId", id);
        });
        for (LabelFilter label : filter.labels()) {
            conditions.append(" AND ").append(label.condition("r.labels", parameters));
        }
        return conditions.toString();
    }

    private RemovedJail jail(ResultSet row) throws SQLException {
        return new RemovedJail(
                new JailId(row.getObject("id", UUID.class)),
                new CustomerId(row.getObject("customer_id", UUID.class)),
                row.getString("customer_name"),
                new HostId(row.getObject("host_id", UUID.class)),
                row.getString("host_name"),
                row.getString("name"),
                row.getString("hostname"),
                Optional.ofNullable(row.getString("external_id")),
                new Labels(json.readValue(row.getString("labels"), LABELS)),
                Arrays.stream((Object[]) row.getArray("addresses").getArray())
                        .map(Object::toString)
                        .toList(),
                row.getString("path"),
                row.getLong("generation"),
                row.getString("files_fate").equals("kept"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("retired_at").toInstant(),
                row.getTimestamp("removed_at").toInstant());
    }
}
