package dev.bailiwick.server.jail;

import dev.bailiwick.jail.desired.DesiredJail;
import java.util.List;

/** The part of a host's desired state that the host does not know yet. */
public sealed interface DesiredChange {

    /** Returns the revision of the host's desired state after this change. */
    long revision();

    List<DesiredJail> jails();

    /** All jails of the host, tombstones included. A jail that is missing here is not wanted. */
    record Snapshot(long revision, List<DesiredJail> jails) implements DesiredChange {
        public Snapshot {
            jails = List.copyOf(jails);
        }
    }

    /** The jails that changed since the revision of the request, the oldest change first; possibly none. */
    record Delta(long revision, List<DesiredJail> jails) implements DesiredChange {
        public Delta {
            jails = List.copyOf(jails);
        }
    }
}
