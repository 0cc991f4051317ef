package dev.bailiwick.server.host;

import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A machine that runs jails.
 *
 * @param version counts the changes of what operators say of it, from 1
 * @param revision counts the changes of its desired state, from 0
 * @param presence empty until it has connected for the first time
 * @param agreement how far it and the server agree about its jails
 */
public record Host(
        HostId id,
        HostName name,
        long version,
        long revision,
        Instant createdAt,
        Optional<Presence> presence,
        Agreement agreement) {

    /**
     * How far a host and the server agree about its jails.
     *
     * @param parted whether the host has what the database has lost, until an operator closes that
     * @param undecided about how many jails it does not follow the server and nobody has decided yet
     */
    public record Agreement(boolean parted, long undecided) {

        /** About all. */
        public static final Agreement FULL = new Agreement(false, 0);
    }

    public boolean connected() {
        return state() == HostState.CONNECTED;
    }

    public HostState state() {
        return presence.map(there -> there.connected() ? HostState.CONNECTED : HostState.DISCONNECTED)
                .orElse(HostState.WAITING);
    }

    /**
     * The ranges of user ids of a host, of which each jail needs one, as it counts them.
     *
     * @param taken how many jails have, or files bear that removed jails left
     */
    public record IdRanges(long count, long taken) {}

    /**
     * A host that has been there.
     *
     * @param connected whether it is there now
     * @param acceptedRevision the desired state that is durable on its disk
     * @param conditions what it says is wrong with itself
     * @param idRanges empty where it gives its jails no user ids of their own, or has not said so
     */
    public record Presence(
            boolean connected,
            Instant lastSeenAt,
            long acceptedRevision,
            String agentVersion,
            HostFacts facts,
            List<Condition> conditions,
            Optional<IdRanges> idRanges) {

        public Presence {
            conditions = List.copyOf(conditions);
        }
    }
}
