package dev.bailiwick.server.host.page;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.host.HostFilter;
import dev.bailiwick.server.host.HostOrder;
import dev.bailiwick.server.host.HostState;
import dev.bailiwick.server.page.PageAddress;
import dev.bailiwick.server.page.SortDirection;
import dev.bailiwick.server.page.SortLink;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The parameters of the list of hosts. Invalid values are ignored. */
record HostQuery(String q, String state, String sort, String from) {

    HostQuery {
        q = Objects.requireNonNullElse(q, "").strip();
        state = Objects.requireNonNullElse(state, "");
        sort = Objects.requireNonNullElse(sort, "");
        from = Objects.requireNonNullElse(from, "");
    }

    boolean unfiltered() {
        return q.isEmpty() && state.isEmpty() && from.isEmpty();
    }

    HostFilter filter() {
        return new HostFilter(
                Stream.of(HostState.values())
                        .filter(known -> known.text().equals(state))
                        .findFirst(),
                q.isEmpty() ? Optional.empty() : Optional.of(q));
    }

    Optional<HostId> start() {
        try {
            return from.isEmpty() ? Optional.empty() : Optional.of(HostId.parse(from));
        } catch (InvalidValue e) {
            return Optional.empty();
        }
    }

    HostOrder order() {
        try {
            return sort.isEmpty() ? HostOrder.CONNECTED_FIRST : HostOrder.parse(sort);
        } catch (InvalidRequest e) {
            return HostOrder.CONNECTED_FIRST;
        }
    }

    /** Returns the sort links by column; the first click on the number of jails sorts descending. */
    Map<String, SortLink> sorts() {
        List<String> orders = Stream.of(HostOrder.Column.values())
                .map(HostOrder.Column::text)
                .map(column -> column.equals("jails") ? SortDirection.DESCENDING.sign() + column : column)
                .toList();
        return SortLink.of(
                orders, order().text(), sorted -> new HostQuery(q, state, sorted, "").address("/hosts", "", ""));
    }

    /** Returns the address of the list, or of its stream with the stamp of what the page shows, starting at another host. */
    String address(String path, String start, String seen) {
        return new PageAddress(path)
                .with("q", q)
                .with("state", state)
                .with("sort", sort)
                .with("from", start)
                .with("seen", seen)
                .text();
    }
}
