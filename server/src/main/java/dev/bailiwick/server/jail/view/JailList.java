package dev.bailiwick.server.jail.view;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.InvalidValue;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Service;

/** The jails of all customers, for reading. Each read is one statement and needs no transaction around it. */
@Service
public class JailList {

    private static final String CUSTOMER = " JOIN customer u ON u.id = j.customer_id";

    private static final String STATE =
            " LEFT JOIN host_connection c ON c.host_id = j.host_id LEFT JOIN jail_status s ON s.jail_id = j.id";

    private static final String FROM =
            "FROM jail j JOIN host h ON h.id = j.host_id AND NOT j.files_only" + STATE + CUSTOMER;

    static final int MAX_NAMED = 10;

    private final JdbcClient jdbc;
    private final JailRows rows;
    private final TextSearch texts;
    private final Clock clock;

    JailList(JdbcClient jdbc, JailRows rows, Clock clock) {
        this.jdbc = jdbc;
        this.rows = rows;
        this.texts = new TextSearch(jdbc);
        this.clock = clock;
    }

    public Optional<JailView> find(JailId id) {
        return jdbc.sql(JailRows.VIEW + " WHERE j.id = :id")
                .param("id", id.value())
                .param("now", Timestamp.from(clock.instant()))
                .query((row, number) -> rows.view(row))
                .optional();
    }

    /** Returns the existing jails with these ids, in no order. */
    public List<JailView> findAll(Collection<JailId> ids) {
        return jdbc.sql(JailRows.VIEW + " WHERE j.id = ANY (:ids::uuid[])")
                .param("ids", ids.stream().map(JailId::toString).toArray(String[]::new))
                .param("now", Timestamp.from(clock.instant()))
                .query((row, number) -> rows.view(row))
                .list();
    }

    /**
     * Reads one page of the list.
     *
     * @param from the first jail of the page; empty for the first page. If the jail no longer exists, the page is
     *     empty, except in the order of creation
     */
    public JailPage page(JailFilter filter, JailOrder order, Optional<JailId> from, int limit) {
        Optional<JailId> exact = from.isEmpty() ? holder(filter) : Optional.empty();
        List<JailView> found = new ArrayList<>(exact.isPresent() ? viewsFrom(filter, order, exact, 1) : List.of());
        viewsFrom(filter, order, from, limit + 1).stream()
                .filter(jail -> exact.filter(jail.id()::equals).isEmpty())
                .forEach(found::add);
        Optional<JailId> next =
                found.size() > limit ? Optional.of(found.get(limit).id()) : Optional.empty();
        return new JailPage(
                found.subList(0, Math.min(limit, found.size())),
                from.flatMap(start -> previous(filter, order, start, limit)),
                next);
    }

    /** Returns the jails of the list that have this name, the oldest first; at most {@link #MAX_NAMED}. */
    public List<JailView> named(JailFilter filter, String name) {
        Query query = new Query(filter);
        query.add("j.name = :name", "name", name);
        return query.run(JailRows.VIEW + query.conditions
                        + " AND NOT j.files_only AND j.retired_at IS NULL ORDER BY j.id" + limit(MAX_NAMED))
                .query((row, number) -> rows.view(row))
                .list();
    }

    /** Counts the jails of the whole list. */
    public JailCount count(JailFilter filter) {
        Query query = new Query(filter);
        // Joins only what the conditions need: thousands of rows are counted, and fifty are shown.
        String counted = "FROM jail j" + (filter.phase().isPresent() ? STATE : "");
        return query.run("SELECT count(*) FROM (SELECT " + counted + query.conditions + " AND NOT j.files_only"
                        + limit(JailCount.MAX_COUNTED + 1) + ") AS found")
                .query(Integer.class)
                .optional()
                .map(JailCount::of)
                .orElseThrow();
    }

    private List<JailView> viewsFrom(JailFilter filter, JailOrder order, Optional<JailId> from, int limit) {
        Query query = new Query(filter);
        from.ifPresent(start -> query.startAt(order, start));
        String ordered = order.column() == JailOrder.Column.CUSTOMER ? CUSTOMER : "";
        return query.run(JailRows.VIEW + ordered + query.conditions + orderBy(order) + limit(limit))
                .query((row, number) -> rows.view(row))
                .list();
    }

    private Optional<JailId> previous(JailFilter filter, JailOrder order, JailId start, int limit) {
        JailOrder back = order.reversed();
        Query query = new Query(filter);
        query.startAfter(back, start);
        return query
                .run("SELECT j.id " + FROM + query.conditions + orderBy(back) + limit(limit))
                .query((row, number) -> new JailId(row.getObject("id", UUID.class)))
                .list()
                .reversed()
                .stream()
                .findFirst();
    }

    /**
     * Returns the jail that has the whole text as an address. A user who enters a whole address looks for this jail
     * first.
     */
    private Optional<JailId> holder(JailFilter filter) {
        Optional<IpAddress> address = filter.text().flatMap(JailList::address);
        if (address.isEmpty()) {
            return Optional.empty();
        }
        Query query = new Query(filter);
        return query.run("SELECT j.id " + FROM + query.conditions + " " + """
                        AND EXISTS (SELECT FROM jail_address a
                            WHERE a.jail_id = j.id AND a.leaves_with IS NULL AND a.address = :address::inet)
                        """)
                .param("address", address.get().toString())
                .query((row, number) -> new JailId(row.getObject("id", UUID.class)))
                .optional();
    }

    private static Optional<IpAddress> address(String text) {
        try {
            return Optional.of(IpAddress.parse(text));
        } catch (InvalidValue partOfOne) {
            return Optional.empty();
        }
    }

    /** Not a parameter: PostgreSQL keeps a plan for later statements only if it knows that few rows are read. */
    private static String limit(int limit) {
        return " LIMIT " + limit;
    }

    private static String orderBy(JailOrder order) {
        String direction = " " + order.direction().sql();
        return " ORDER BY " + order.column().expression + direction + ", j.id" + direction;
    }

    /** The conditions of a list and their parameters. */
    private final class Query {

        private final StringBuilder conditions = new StringBuilder(" WHERE true");
        /**
         * A page that starts at a jail that the caller does not see is empty. Otherwise its place in the order would reveal data
         * of that jail.
         */
        private final String visible;

        private final Map<String, Object> parameters = new HashMap<>();

        Query(JailFilter filter) {
            parameters.put("now", Timestamp.from(clock.instant()));
            Optional<String> reach = filter.reach().map(some -> some.condition("j.customer_id", "j.id", parameters));
            visible = (filter.customer().isPresent() ? " AND j.customer_id = :customer" : "")
                    + reach.map(condition -> " AND " + condition).orElse("");
            reach.ifPresent(condition -> conditions.append(" AND ").append(condition));
            filter.host().ifPresent(id -> add("j.host_id = :host", "host", id.value()));
            filter.customer().ifPresent(id -> add("j.customer_id = :customer", "customer", id.value()));
            filter.phase().ifPresent(phase -> add(":phase = " + JailOrder.Column.STATE.expression, "phase", phase));
            filter.text().ifPresent(text -> conditions.append(" AND ").append(text(filter, text, reach)));
            filter.externalId().ifPresent(id -> add("j.external_id = :externalId", "externalId", id));
            for (LabelFilter label : filter.labels()) {
                conditions.append(" AND ").append(label.condition("j.labels", parameters));
            }
        }

        private String text(JailFilter filter, String text, Optional<String> reach) {
            if (reach.isPresent()
                    && filter.customer().isEmpty()
                    && filter.reach().filter(JailFilter.Reach::isWide).isPresent()) {
                return texts.conditionWithin(text, reach.get(), parameters);
            }
            return texts.condition(
                    text, filter.customer().isEmpty() && filter.reach().isEmpty(), parameters);
        }

        void startAt(JailOrder order, JailId start) {
            bound(order, order.direction().after() + "=", start);
        }

        void startAfter(JailOrder order, JailId start) {
            bound(order, order.direction().after(), start);
        }

        private void bound(JailOrder order, String comparison, JailId start) {
            String expression = order.column().expression;
            add(
                    order.column() == JailOrder.Column.CREATED
                            ? "j.id " + comparison + " :from"
                            : "(" + expression + ", j.id) " + comparison + " (SELECT " + expression + ", j.id " + FROM
                                    + " WHERE j.id = :from" + visible + ")",
                    "from",
                    start.value());
        }

        private void add(String condition, String name, Object value) {
            conditions.append(" AND ").append(condition);
            parameters.put(name, value);
        }

        StatementSpec run(String sql) {
            return jdbc.sql(sql).params(parameters);
        }
    }
}
