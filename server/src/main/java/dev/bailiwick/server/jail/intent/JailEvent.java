package dev.bailiwick.server.jail.intent;

import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;
import java.util.List;

/**
 * An event about a jail, or about the files that a jail left. A {@code generation} is the one that the jail has after
 * the event.
 */
public sealed interface JailEvent extends Event {

    @EventType(action = "jail.created", version = 1)
    record Created(String name, long generation, String host) implements JailEvent {}

    /** The server took over a jail that only its host knew. */
    @EventType(action = "jail.adopted", version = 1)
    record Adopted(String name, long generation, String host) implements JailEvent {}

    @EventType(action = "jail.changed", version = 1)
    record Changed(long generation) implements JailEvent {}

    /** @param rules how many rules its firewall has now */
    @EventType(action = "jail.firewall-changed", version = 1)
    record FirewallChanged(long generation, int rules) implements JailEvent {}

    @EventType(action = "jail.started", version = 1)
    record Started(long generation) implements JailEvent {}

    @EventType(action = "jail.stopped", version = 1)
    record Stopped(long generation) implements JailEvent {}

    @EventType(action = "jail.restarted", version = 1)
    record Restarted(long generation) implements JailEvent {}

    /** The jail now belongs to the customer who sees this event. */
    @EventType(action = "jail.moved", version = 1)
    record Moved(String name, long generation) implements JailEvent {}

    /** The jail no longer belongs to the customer who sees this event. It belongs to another customer. */
    @EventType(action = "jail.moved-away", version = 1)
    record MovedAway(String name, long generation) implements JailEvent {}

    /**
     * A user requested the removal of the jail.
     *
     * @param files the fate of its files: {@code kept} or {@code deleted}
     */
    @EventType(action = "jail.retired", version = 1)
    record Retired(String name, long generation, String files) implements JailEvent {}

    /** The host reported that it has removed the jail. */
    @EventType(action = "jail.removed", version = 1)
    record Removed(String name) implements JailEvent {}

    /**
     * The host reported that its kernel has killed processes of the jail for lack of memory.
     *
     * @param processes how many
     * @param shortOf what had no more memory: {@code jail-limit}, {@code other-limit} or {@code host}
     * @param largest the processes of the jail with most memory, the largest first
     * @param hostAvailable how many bytes the host could still give to programs
     */
    @EventType(action = "jail.oom-killed", version = 1)
    record OomKilled(long processes, String shortOf, List<LargeProcess> largest, long hostAvailable)
            implements JailEvent {

        /**
         * A process.
         *
         * @param name what it calls itself; it is not trusted
         * @param memory its resident memory in bytes
         */
        public record LargeProcess(String name, long memory) {}
    }

    /** A user requested the deletion of the files that a removed jail left. */
    @EventType(action = "jail.files-deleted", version = 1)
    record FilesDeleted(String path) implements JailEvent {}

    /** Files without an owner now belong to the customer who sees this event. */
    @EventType(action = "jail.files-assigned", version = 1)
    record FilesAssigned(String path) implements JailEvent {}
}
