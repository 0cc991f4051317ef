package dev.bailiwick.server.network.reverse;

import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;

/** An event about the name to which an address leads, for the audit. */
public sealed interface ReverseNameEvent extends Event {

    /** @param name the full host name, without the dot at the end */
    @EventType(action = "jail.reverse-name-set", version = 1)
    record Set(String address, String name) implements ReverseNameEvent {}

    @EventType(action = "jail.reverse-name-removed", version = 1)
    record Removed(String address) implements ReverseNameEvent {}
}
