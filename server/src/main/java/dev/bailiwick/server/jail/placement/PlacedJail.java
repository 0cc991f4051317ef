package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.jail.placement.HostFit.PlacedDefinition;

/**
 * A new jail with all that is known of it before its addresses are taken.
 *
 * @param line of the batch that defines it; 0 for one that is defined by itself
 */
public record PlacedJail(int line, JailId id, NewJail jail, PlacedDefinition placed) {

    public HostId host() {
        return placed.host().id();
    }

    public JailDefinition definition() {
        return placed.definition();
    }
}
