package dev.bailiwick.server.page;

import java.util.Locale;

/** The direction of a sorted list. */
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

    /** @param order a column, with {@code -} before it for descending */
    public static SortDirection of(String order) {
        return order.startsWith(DESCENDING.sign) ? DESCENDING : ASCENDING;
    }

    /** Returns the sign before the name of the column in an order. */
    public String sign() {
        return sign;
    }

    /** Returns the keyword of ORDER BY. */
    public String sql() {
        return sql;
    }

    /** Returns the operator between a row and each row before it. */
    public String after() {
        return after;
    }

    public SortDirection other() {
        return this == ASCENDING ? DESCENDING : ASCENDING;
    }

    /** Returns the value of {@code aria-sort}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
