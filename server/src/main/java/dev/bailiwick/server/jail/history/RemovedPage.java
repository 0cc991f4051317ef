package dev.bailiwick.server.jail.history;

import dev.bailiwick.jail.JailId;
import java.util.List;
import java.util.Optional;

/**
 * Part of a list of removed jails, the latest first.
 *
 * @param previous where the page before this one starts; empty where this is the first
 * @param next where the page after this one starts; empty where this is the last
 */
public record RemovedPage(List<RemovedJail> jails, Optional<JailId> previous, Optional<JailId> next) {

    static final RemovedPage EMPTY = new RemovedPage(List.of(), Optional.empty(), Optional.empty());

    public RemovedPage {
        jails = List.copyOf(jails);
    }
}
