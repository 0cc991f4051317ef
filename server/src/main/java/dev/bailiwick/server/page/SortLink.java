package dev.bailiwick.server.page;

import org.jspecify.annotations.Nullable;

/**
 * A column by which a list can be sorted.
 *
 * @param url the list in the order of this column, or, where it is in that order, in the other direction
 * @param direction as {@code aria-sort} has it; null where the list is in the order of another column
 */
public record SortLink(String url, @Nullable String direction) {}
