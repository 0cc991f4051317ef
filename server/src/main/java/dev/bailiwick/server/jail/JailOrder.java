package dev.bailiwick.server.jail;

import dev.bailiwick.server.page.SortDirection;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The order of a list of jails; jails that are equal in its column stand in the order of their creation.
 *
 * @param column what is compared
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

        /** Over the tables of {@link JailList}. */
        final String expression;

        Column(String expression) {
            this.expression = expression;
        }

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param text a column, with {@code -} before it for the greatest first
     * @throws InvalidRequest if it is none
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
