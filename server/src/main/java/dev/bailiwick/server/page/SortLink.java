package dev.bailiwick.server.page;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The header of a sortable column.
 *
 * @param url the list sorted by this column; in the other direction if it is already sorted by this column
 * @param direction the value of {@code aria-sort}; null if the list is sorted by another column
 */
public record SortLink(String url, @Nullable String direction) {

    /**
     * The links of a list's columns, by column.
     *
     * @param orders the order to which the first click on each column leads: a column, with {@code -} before it for the greatest first
     * @param current the order in which the list is
     * @param address of the list in an order
     */
    public static Map<String, SortLink> of(List<String> orders, String current, UnaryOperator<String> address) {
        SortDirection direction = SortDirection.of(current);
        Map<String, SortLink> links = new LinkedHashMap<>();
        for (String order : orders) {
            SortDirection first = SortDirection.of(order);
            String column = order.substring(first.sign().length());
            String next = order.equals(current) ? first.other().sign() + column : order;
            boolean isCurrent = current.equals(direction.sign() + column);
            links.put(column, new SortLink(address.apply(next), isCurrent ? direction.text() : null));
        }
        return links;
    }
}
