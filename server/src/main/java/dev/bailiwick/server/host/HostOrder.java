package dev.bailiwick.server.host;

import dev.bailiwick.server.page.SortDirection;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The order of a list of hosts; hosts that are equal in the column are ordered by name.
 *
 * @param column the column that is compared
 */
public record HostOrder(Column column, SortDirection direction) {

    public static final HostOrder BY_NAME = new HostOrder(Column.NAME, SortDirection.ASCENDING);
    public static final HostOrder CONNECTED_FIRST = new HostOrder(Column.STATE, SortDirection.ASCENDING);

    public enum Column {
        /** The texts of {@link HostState}, whose alphabetical order is the order of the list. */
        STATE(
                "CASE WHEN c.connected_until >= :now THEN 'connected' WHEN c.host_id IS NOT NULL THEN 'disconnected' ELSE 'waiting' END"),
        NAME("h.name"),
        JAILS("(SELECT count(*) FROM jail j WHERE j.host_id = h.id AND NOT j.files_only)");

        /** An expression over the tables of {@link HostRows}. */
        final String expression;

        Column(String expression) {
            this.expression = expression;
        }

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Parses an order.
     *
     * @param text a column, with {@code -} before it for descending
     * @throws InvalidRequest if the text is not an order
     */
    public static HostOrder parse(String text) {
        SortDirection direction = SortDirection.of(text);
        String name = text.substring(direction.sign().length());
        return Stream.of(Column.values())
                .filter(column -> column.text().equals(name))
                .findFirst()
                .map(column -> new HostOrder(column, direction))
                .orElseThrow(() ->
                        new InvalidRequest("/sort", "must be one of state, name and jails, or one with '-' before it"));
    }

    public String text() {
        return direction.sign() + column.text();
    }

    public HostOrder reversed() {
        return new HostOrder(column, direction.other());
    }
}
