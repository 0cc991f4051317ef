package dev.bailiwick.server.jail;

import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;

/** Somebody of the staff reads what belongs to a customer; recorded once an hour at most for each of them and each jail. */
public sealed interface ReadingEvent extends Event {

    /** The log of a jail. */
    @EventType(action = "jail.log-read", version = 1)
    record Log() implements ReadingEvent {}

    /** Files in a jail, or their names. */
    @EventType(action = "jail.files-read", version = 1)
    record Files() implements ReadingEvent {}
}
