package dev.bailiwick.server.host.page;

import dev.bailiwick.server.host.HostCount;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.SortLink;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one page of the list, and the links to other pages. The content of a row is a separate {@linkplain HostRow#part
 * part}: two of these are equal if they have the same hosts in the same order, and the same links.
 */
record ShownHosts(
        Map<String, SortLink> sorts,
        List<HostRow> rows,
        HostCount total,
        @Nullable String firstUrl,
        @Nullable String previousUrl,
        @Nullable String nextUrl) {

    /** Returns the live parts: the list, which holds the rows, and each row. */
    List<LivePart> parts() {
        List<LivePart> each = rows.stream().map(HostRow::part).toList();
        LivePart all = new LivePart("host-rows", "hosts/list", "rows", Map.of("rows", this)).holding(each);
        return Stream.concat(Stream.of(all), each.stream()).toList();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ShownHosts hosts && identity().equals(hosts.identity());
    }

    @Override
    public int hashCode() {
        return identity().hashCode();
    }

    private List<@Nullable Object> identity() {
        return Arrays.asList(sorts, rows.stream().map(HostRow::id).toList(), total, firstUrl, previousUrl, nextUrl);
    }
}
