package dev.bailiwick.server.network.port;

import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;
import java.util.List;

/** An event about ports of hosts that lead to jails, for the audit. */
public sealed interface PortEvent extends Event {

    /** @param ranges each as an address, a space, and the first and the last port with a hyphen between them */
    @EventType(action = "host.ports-changed", version = 1)
    record Offered(List<String> ranges) implements PortEvent {}

    /**
     * @param protocol {@code tcp} or {@code udp}
     * @param address of the host
     * @param port the first port of the host
     * @param count how many ports, from this one on
     * @param target the first port of the jail
     */
    @EventType(action = "jail.port-published", version = 1)
    record Published(String protocol, String address, int port, int count, int target) implements PortEvent {}

    /** As for {@link Published}. */
    @EventType(action = "jail.port-withdrawn", version = 1)
    record Withdrawn(String protocol, String address, int port, int count) implements PortEvent {}
}
