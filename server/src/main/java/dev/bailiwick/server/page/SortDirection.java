package dev.bailiwick.server.page;

import java.util.Locale;

/** Which end of a sorted list comes first. */
public enum SortDirection {
    ASCENDING("", "ASC", ">"),
    DESCENDING("-", "DESC", "<");

    private final String sign;
    private final String sql;
    private final String after;

    SortDirection(String sign, String sql, String after) {
        this.sign = sign;
        this.sql = sql;
        this.after = after;
    }

    /** @param order a column, with {@code -} before it for the greatest first */
    public static SortDirection of(String order) {
        return order.startsWith(DESCENDING.sign) ? DESCENDING : ASCENDING;
    }

    /** What stands before the name of the column in the text of an order. */
    public String sign() {
        return sign;
    }

    /** As ORDER BY has it. */
    public String sql() {
        return sql;
    }

    /** The operator that holds between a row and each one before it. */
    public String after() {
        return after;
    }

    public SortDirection other() {
        return this == ASCENDING ? DESCENDING : ASCENDING;
    }

    /** As {@code aria-sort} has it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
