package dev.bailiwick.jail.firewall;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;

/**
 * A connection that a jail begins, or that somebody begins to it.
 *
 * @param protocol not {@link Protocol#ANY}
 * @param peer the other end, as the jail sees it
 * @param peerJail the jail whose address that is, if it is one of the same host and customer
 * @param peerNetworks the networks of the same customer of which the jail with that address, on any host, is a member
 * @param inWorld whether the other end is beyond the host, in no private network and no pool
 * @param toNameServer whether the other end is a name server that the host gives to its jails
 * @param port the port at the end to which the connection is begun; empty for ICMP
 */
public record Flow(
        Direction direction,
        Protocol protocol,
        IpAddress peer,
        Optional<JailId> peerJail,
        Set<UUID> peerNetworks,
        boolean inWorld,
        boolean toNameServer,
        OptionalInt port) {

    private static final int DNS = 53;

    public Flow {
        peerNetworks = Set.copyOf(peerNetworks);
    }

    /** Returns whether the jail asks a name server that it is given, which no rule forbids. */
    public boolean isQuestion() {
        return direction == Direction.OUT
                && toNameServer
                && protocol.hasPorts()
                && port.isPresent()
                && port.getAsInt() == DNS;
    }
}
