package dev.bailiwick.server.jail.difference;

import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;

/** What became of the differences between a host's jails and a restored database. */
public sealed interface DifferenceEvent extends Event {

    /** @param jails how many differ that did not before */
    @EventType(action = "host.differences-reported", version = 1)
    record Reported(long jails) implements DifferenceEvent {}

    /**
     * @param jail its id
     * @param kind how it differs
     * @param choice what the operator chose
     */
    @EventType(action = "host.difference-decided", version = 1)
    record Decided(String jail, String kind, String choice) implements DifferenceEvent {}
}
