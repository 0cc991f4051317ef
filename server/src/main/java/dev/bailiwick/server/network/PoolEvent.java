package dev.bailiwick.server.network;

import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;
import java.util.List;

/** An event about address pools, for the audit. */
public sealed interface PoolEvent extends Event {

    /**
     * @param range in CIDR notation
     * @param egress {@code routed}, {@code masquerade} or {@code closed}
     * @param quarantine how many hours an address rests after a jail has released it
     */
    @EventType(action = "pool.created", version = 1)
    record Created(String range, String egress, boolean outgoingMail, int quarantine) implements PoolEvent {}

    /**
     * @param egress {@code routed}, {@code masquerade} or {@code closed}
     * @param quarantine how many hours an address rests after a jail has released it
     */
    @EventType(action = "pool.changed", version = 1)
    record Changed(String egress, boolean outgoingMail, String description, int quarantine) implements PoolEvent {}

    /** @param addresses those that rested and that any jail can have now */
    @EventType(action = "pool.addresses-freed", version = 1)
    record AddressesFreed(List<String> addresses) implements PoolEvent {

        public AddressesFreed {
            addresses = List.copyOf(addresses);
        }
    }

    @EventType(action = "pool.removed", version = 1)
    record Removed() implements PoolEvent {}
}
