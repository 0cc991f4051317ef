package dev.bailiwick.server.jail.view;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.CustomerId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One page of a list of jails.
 *
 * @param previous the first jail of the previous page; empty on the first page
 * @param next the first jail of the next page; empty on the last page
 */
public record JailPage(List<JailView> jails, Optional<JailId> previous, Optional<JailId> next) {

    public static final JailPage EMPTY = new JailPage(List.of(), Optional.empty(), Optional.empty());

    public JailPage {
        jails = List.copyOf(jails);
    }

    /** Returns the customers of the jails. */
    public Set<CustomerId> customers() {
        return jails.stream().map(JailView::customer).collect(Collectors.toSet());
    }
}
