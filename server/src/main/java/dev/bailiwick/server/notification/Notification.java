package dev.bailiwick.server.notification;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;

/** Something changed; what, the database knows. */
public sealed interface Notification {

    /**
     * The desired state of this host has this revision now, or a later one.
     *
     * @param revision {@link #ANY} where something else about the host is to be looked at
     */
    record HostChanged(HostId host, long revision) implements Notification {
        public static final long ANY = Long.MAX_VALUE;
    }

    /** Address pools are others: each host has to know all of them. */
    record PoolsChanged() implements Notification {}

    /** This host came, went, or accepted a revision. */
    record HostSeen(HostId host) implements Notification {}

    /** The definition of this jail is another, or the jail is gone. */
    record JailChanged(JailId jail) implements Notification {}

    /** The host of this jail has said something new of it, or that it is gone. */
    record JailReported(JailId jail) implements Notification {}

    /** Notifications may have been missed while the database was away: look at everything again. */
    record Missed() implements Notification {}
}
