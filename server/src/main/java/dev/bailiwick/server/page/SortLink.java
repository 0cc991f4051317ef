package dev.bailiwick.server.page;

import org.jspecify.annotations.Nullable;

/**
 * The header of a sortable column.
 *
 * @param url the list sorted by this column; in the other direction if it is already sorted by this column
 * @param direction the value of {@code aria-sort}; null if the list is sorted by another column
 */
public record SortLink(String url, @Nullable String direction) {}
