package dev.bailiwick.server.network.port;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.PublishedPort;
import dev.bailiwick.jail.validation.InvalidValue;

/**
 * Ports of a host that can lead to its jails.
 *
 * @param address of the host
 * @param firstPort 1 to 65,535
 * @param lastPort not before the first
 */
public record PortRange(IpAddress address, int firstPort, int lastPort) {

    /** @throws InvalidValue if a port is none, or the last one is before the first */
    public PortRange {
        PublishedPort.requirePort(firstPort);
        PublishedPort.requirePort(lastPort);
        if (lastPort < firstPort) {
            throw new InvalidValue("must not end before it begins");
        }
    }

    /** Returns whether it has all these ports. */
    public boolean has(int first, int last) {
        return firstPort <= first && last <= lastPort;
    }

    boolean overlaps(PortRange other) {
        return address.equals(other.address) && firstPort <= other.lastPort && other.firstPort <= lastPort;
    }
}
