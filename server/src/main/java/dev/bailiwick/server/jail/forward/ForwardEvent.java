package dev.bailiwick.server.jail.forward;

import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;

/** An event about a connection to a port in a jail. */
public sealed interface ForwardEvent extends Event {

    /**
     * A port in a jail has accepted a connection of somebody who is elsewhere.
     *
     * @param target the address or the name in the jail, as it was given
     * @param port of TCP
     */
    @EventType(action = "jail.port-forwarded", version = 1)
    record Opened(String target, int port) implements ForwardEvent {}
}
