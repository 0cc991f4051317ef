package dev.bailiwick.server.jail.page;

import dev.bailiwick.server.jail.view.JailCount;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.SortLink;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one page of the list, and the links to its other pages. Each row is a separate
 * {@linkplain JailRow#part part}, so two objects are equal if they have the same links, the same total, and the same
 * jails in the same order.
 */
record ShownRows(
        Map<String, SortLink> sorts,
        List<JailRow> rows,
        JailCount total,
        @Nullable String firstUrl,
        @Nullable String previousUrl,
        @Nullable String nextUrl) {

    /** Returns the parts of a live page: the list, and each of its rows, which the list contains. */
    List<LivePart> parts() {
        List<LivePart> each = rows.stream().map(JailRow::part).toList();
        LivePart all = new LivePart("jail-rows", "jails/list", "rows", Map.of("rows", this)).holding(each);
        return Stream.concat(Stream.of(all), each.stream()).toList();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ShownRows rows && identity().equals(rows.identity());
    }

    @Override
    public int hashCode() {
        return identity().hashCode();
    }

    private List<@Nullable Object> identity() {
        return Arrays.asList(sorts, rows.stream().map(JailRow::id).toList(), total, firstUrl, previousUrl, nextUrl);
    }
}
