package dev.bailiwick.server.jail.view;

import dev.bailiwick.server.page.SortDirection;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The order of a list of jails. Jails with equal values are in the order of their creation, in the same direction.
 *
 * @param column the column that is compared
 */
public record JailOrder(Column column, SortDirection direction) {

    public static final JailOrder NEWEST_FIRST = new JailOrder(Column.CREATED, SortDirection.DESCENDING);

    public enum Column {
        CREATED("j.id"),
        NAME("j.name"),
        STATE("CASE WHEN c.connected_until >= :now THEN coalesce(s.phase, 'pending') ELSE 'unknown' END"),
        HOST("h.name"),
        CUSTOMER("u.name"),
        CHANGED("j.updated_at");

        /** An SQL expression over the tables of {@link JailList}. */
        final String expression;

        Column(String expression) {
            this.expression = expression;
        }

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Reads an order from its textual form.
     *
     * @param text the name of a column, with {@code -} before it for the descending order
     * @throws InvalidRequest if the text names no column
     */
    public static JailOrder parse(String text) {
        SortDirection direction = SortDirection.of(text);
        String name = text.substring(direction.sign().length());
        return Stream.of(Column.values())
                .filter(column -> column.text().equals(name))
                .findFirst()
                .map(column -> new JailOrder(column, direction))
                .orElseThrow(() -> new InvalidRequest(
                        "/sort",
                        "must be one of created, name, state, host, customer and changed, or one with '-' before it"));
    }

    public String text() {
        return direction.sign() + column.text();
    }

    public JailOrder reversed() {
        return new JailOrder(column, direction.other());
    }
}
