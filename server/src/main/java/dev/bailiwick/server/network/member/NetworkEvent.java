package dev.bailiwick.server.network.member;

import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;
import java.util.List;

/** An event about networks of customers, for the audit. */
public sealed interface NetworkEvent extends Event {

    @EventType(action = "network.created", version = 1)
    record Created(String name) implements NetworkEvent {}

    @EventType(action = "network.renamed", version = 1)
    record Renamed(String name) implements NetworkEvent {}

    /** @param jails the ids of the jails that are members from now on */
    @EventType(action = "network.jails-added", version = 1)
    record JailsAdded(List<String> jails) implements NetworkEvent {

        public JailsAdded {
            jails = List.copyOf(jails);
        }
    }

    /** @param jail the id of the jail that is no member any more */
    @EventType(action = "network.jail-removed", version = 1)
    record JailRemoved(String jail) implements NetworkEvent {}

    @EventType(action = "network.removed", version = 1)
    record Removed(String name) implements NetworkEvent {}
}
