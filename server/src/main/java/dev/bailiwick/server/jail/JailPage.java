package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailId;
import java.util.List;
import java.util.Optional;

/**
 * Some jails of a list, newest first.
 *
 * @param next where the next page starts; empty on the last one
 */
public record JailPage(List<JailView> jails, Optional<JailId> next) {

    public JailPage {
        jails = List.copyOf(jails);
    }
}
