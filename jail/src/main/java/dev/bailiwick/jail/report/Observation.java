package dev.bailiwick.jail.report;

import dev.bailiwick.jail.ObjectId;
import java.time.Instant;

/** The actual state of one object on its host. */
public sealed interface Observation permits Report {

    ObjectId object();

    /** Returns the generation of the definition that this is about; 0 if the host knows none. */
    long generation();

    /** Returns when the host saw this state. */
    Instant at();
}
