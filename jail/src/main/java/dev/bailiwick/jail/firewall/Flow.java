package dev.bailiwick.jail.firewall;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A connection that a jail begins, or that somebody begins to it.
 *
 * @param protocol not {@link Protocol#ANY}
 * @param peer the other end, as the jail sees it
 * @param peerJail the jail whose address that is, if it is one of the same host and customer
 * @param inWorld whether the other end is beyond the host, in no private network and no pool
 * @param toNameServer whether the other end is a name server that the host gives to its jails
 * @param port the port at the end to which the connection is begun; empty for ICMP
 */
public record Flow(
        Direction direction,
        Protocol protocol,
        IpAddress peer,
        Optional<JailId> peerJail,
        boolean inWorld,
        boolean toNameServer,
        OptionalInt port) {

    private static final int DNS = 53;

    /** Returns whether the jail asks a name server that it is given, which no rule forbids. */
    public boolean isQuestion() {
        return direction == Direction.OUT
                && toNameServer
                && protocol.hasPorts()
                && port.isPresent()
                && port.getAsInt() == DNS;
    }
}
