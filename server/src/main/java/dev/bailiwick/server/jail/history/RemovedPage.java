package dev.bailiwick.server.jail.history;

import dev.bailiwick.jail.JailId;
import java.util.List;
import java.util.Optional;

/**
 * One page of a list of removed jails, the latest first.
 *
 * @param previous the first jail of the previous page; empty on the first page
 * @param next the first jail of the next page; empty on the last page
 */
public record RemovedPage(List<RemovedJail> jails, Optional<JailId> previous, Optional<JailId> next) {

    static final RemovedPage EMPTY = new RemovedPage(List.of(), Optional.empty(), Optional.empty());

    public RemovedPage {
        jails = List.copyOf(jails);
    }
}
