package dev.bailiwick.server.jail.difference;

import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;

/** An event about the differences between a host's jails and a restored database. */
public sealed interface DifferenceEvent extends Event {

    /** @param jails the number of jails that did not differ before */
    @EventType(action = "host.differences-reported", version = 1)
    record Reported(long jails) implements DifferenceEvent {}

    /**
     * @param jail the id of the jail
     * @param kind the kind of the difference
     * @param choice the decision of the operator
     */
    @EventType(action = "host.difference-decided", version = 1)
    record Decided(String jail, String kind, String choice) implements DifferenceEvent {}
}
