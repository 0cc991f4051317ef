package dev.bailiwick.server.network;

import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;

/** An event about address pools, for the audit. */
public sealed interface PoolEvent extends Event {

    /**
     * @param range in CIDR notation
     * @param egress {@code routed}, {@code masquerade} or {@code closed}
     */
    @EventType(action = "pool.created", version = 1)
    record Created(String range, String egress, boolean outgoingMail) implements PoolEvent {}

    /** @param egress {@code routed}, {@code masquerade} or {@code closed} */
    @EventType(action = "pool.changed", version = 1)
    record Changed(String egress, boolean outgoingMail, String description) implements PoolEvent {}

    @EventType(action = "pool.removed", version = 1)
    record Removed() implements PoolEvent {}
}
