package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailId;
import java.util.List;
import java.util.Optional;

/**
 * Some jails of a list.
 *
 * @param previous where the page before starts; empty on the first one
 * @param next where the next page starts; empty on the last one
 */
public record JailPage(List<JailView> jails, Optional<JailId> previous, Optional<JailId> next) {

    static final JailPage EMPTY = new JailPage(List.of(), Optional.empty(), Optional.empty());

    public JailPage {
        jails = List.copyOf(jails);
    }
}
