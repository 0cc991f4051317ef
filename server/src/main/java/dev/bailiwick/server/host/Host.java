package dev.bailiwick.server.host;

import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.report.Condition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A machine that runs jails.
 *
 * @param version increases with each change by an operator, from 1
 * @param revision increases with each change of its desired state, from 0
 * @param overcommit how much of it is promised to jails
 * @param presence empty until the host connects for the first time
 * @param agreement how far the host and the server agree about its jails
 */
public record Host(
        HostId id,
        HostName name,
        long version,
        long revision,
        Overcommit overcommit,
        Instant createdAt,
        Optional<Presence> presence,
        Agreement agreement) {

    /**
     * How far a host and the server agree about its jails.
     *
     * @param diverged whether the host has revisions that the database has lost, until an operator closes that
     * @param undecided how many jails differ from the server's definition and wait for a decision
     */
    public record Agreement(boolean diverged, long undecided) {

        /** The agreement about all jails. */
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
     * The ranges of user ids of a host, as it counts them. Each jail needs one.
     *
     * @param taken how many ranges jails, or files of removed jails, use
     */
    public record IdRanges(long count, long taken) {}

    /**
     * The state of a host that has connected at least once.
     *
     * @param connected whether it is connected now
     * @param acceptedRevision the desired state that is durable on its disk
     * @param conditions problems that it reports about itself
     * @param idRanges empty if it gives its jails no separate user ids, or has not reported the number
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
