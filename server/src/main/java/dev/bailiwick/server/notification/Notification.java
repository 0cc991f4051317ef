package dev.bailiwick.server.notification;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;

/** A notification that something changed; the database holds the change itself. */
public sealed interface Notification {

    /**
     * The desired state of this host now has this revision, or a later one.
     *
     * @param revision {@link #ANY} if something else about the host changed
     */
    record HostChanged(HostId host, long revision) implements Notification {
        public static final long ANY = Long.MAX_VALUE;
    }

    /** The address pools changed, which all hosts have to know. */
    record PoolsChanged() implements Notification {}

    /** This host connected, disconnected, or accepted a revision. */
    record HostSeen(HostId host) implements Notification {}

    /** The definition of this jail changed, or the jail no longer exists. */
    record JailChanged(JailId jail) implements Notification {}

    /** The host of this jail reported a new status of the jail, or its removal. */
    record JailReported(JailId jail) implements Notification {}

    /** This host sent figures of its jails and of itself, which are stored, and it has no others now. */
    record FiguresStored(HostId host) implements Notification {}

    /** Notifications may have been missed while the database was away: read everything again. */
    record Missed() implements Notification {}
}
