package dev.bailiwick.server.host;

import dev.bailiwick.jail.JailId;

/** Something changed; what, the database knows. */
public sealed interface Ring {

    /** The desired state of this host has a new revision. */
    record HostChanged(HostId host) implements Ring {}

    /** This host came, went, or accepted a revision. */
    record HostSeen(HostId host) implements Ring {}

    /** The definition or the status of this jail is another, or the jail is gone. */
    record JailChanged(JailId jail) implements Ring {}

    /** Rings may have been missed while the database was away: look at everything again. */
    record Missed() implements Ring {}
}
