package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.jail.placement.HostFit.PlacedDefinition;

/**
 * A new jail with its host and its definition, before its addresses are taken.
 *
 * @param line the line of its batch; 0 if the jail is not part of a batch
 */
public record PlacedJail(int line, JailId id, NewJail jail, PlacedDefinition placed) {

    public HostId host() {
        return placed.host().id();
    }

    public JailDefinition definition() {
        return placed.definition();
    }
}
