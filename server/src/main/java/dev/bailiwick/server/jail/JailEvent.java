package dev.bailiwick.server.jail;

import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;

/**
 * What was done to jails and to the files that they left. Wherever an event has a {@code generation}, it is the one that the jail has
 * from then on.
 */
public sealed interface JailEvent extends Event {

    @EventType(action = "jail.created", version = 1)
    record Created(String name, long generation, String host) implements JailEvent {}

    /** Only its host knew the jail; the server took it over. */
    @EventType(action = "jail.adopted", version = 1)
    record Adopted(String name, long generation, String host) implements JailEvent {}

    @EventType(action = "jail.changed", version = 1)
    record Changed(long generation) implements JailEvent {}

    @EventType(action = "jail.started", version = 1)
    record Started(long generation) implements JailEvent {}

    @EventType(action = "jail.stopped", version = 1)
    record Stopped(long generation) implements JailEvent {}

    @EventType(action = "jail.restarted", version = 1)
    record Restarted(long generation) implements JailEvent {}

    /** It became the jail of the customer who sees this event. */
    @EventType(action = "jail.moved", version = 1)
    record Moved(String name, long generation) implements JailEvent {}

    /** It became another customer's, and was the jail of the customer who sees this event. */
    @EventType(action = "jail.moved-away", version = 1)
    record MovedAway(String name, long generation) implements JailEvent {}

    /**
     * Its removal was requested.
     *
     * @param files what becomes of them: {@code kept} or {@code deleted}
     */
    @EventType(action = "jail.retired", version = 1)
    record Retired(String name, long generation, String files) implements JailEvent {}

    /** Its host reported that nothing of it is left. */
    @EventType(action = "jail.removed", version = 1)
    record Removed(String name) implements JailEvent {}

    /** The deletion of files that it left was requested. */
    @EventType(action = "jail.files-deleted", version = 1)
    record FilesDeleted(String path) implements JailEvent {}

    /** Files without an owner became those of the customer who sees this event. */
    @EventType(action = "jail.files-assigned", version = 1)
    record FilesAssigned(String path) implements JailEvent {}
}
