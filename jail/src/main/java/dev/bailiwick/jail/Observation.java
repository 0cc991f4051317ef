package dev.bailiwick.jail;

import java.time.Instant;

/** What is true of one object on its host. */
public sealed interface Observation permits Report {

    ObjectId object();

    /** The generation that this is about; 0 where the host knows none. */
    long generation();

    /** When the host saw this. */
    Instant at();
}
