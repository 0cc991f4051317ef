package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.jail.view.JailCount;
import dev.bailiwick.server.page.LivePart;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The first jails of a host, as its page shows them. Each row is a separate {@linkplain JailRow#part part}, so two
 * objects are equal if they have the same host, the same total, and the same jails in the same order.
 */
record ShownJailsOfHost(HostId host, List<JailRow> rows, JailCount total) {

    List<LivePart> parts() {
        List<LivePart> each = rows.stream().map(JailRow::part).toList();
        LivePart all = new LivePart("host-jails", "hosts/jails", "jails", Map.of("jails", this)).holding(each);
        return Stream.concat(Stream.of(all), each.stream()).toList();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ShownJailsOfHost jails && identity().equals(jails.identity());
    }

    @Override
    public int hashCode() {
        return identity().hashCode();
    }

    private List<Object> identity() {
        return List.of(host, rows.stream().map(JailRow::id).toList(), total);
    }
}
