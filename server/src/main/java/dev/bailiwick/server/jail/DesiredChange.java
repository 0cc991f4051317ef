package dev.bailiwick.server.jail;

import dev.bailiwick.jail.Desired;
import java.util.List;

/** What a host has to learn to know all that is wanted of it. */
public sealed interface DesiredChange {

    /** The revision of the host's desired state once this is known. */
    long revision();

    List<Desired> jails();

    /** All there is, tombstones included; whatever is not among it is not wanted. */
    record Snapshot(long revision, List<Desired> jails) implements DesiredChange {
        public Snapshot {
            jails = List.copyOf(jails);
        }
    }

    /** What is new since the revision that was asked about, oldest change first; may be nothing. */
    record Delta(long revision, List<Desired> jails) implements DesiredChange {
        public Delta {
            jails = List.copyOf(jails);
        }
    }
}
