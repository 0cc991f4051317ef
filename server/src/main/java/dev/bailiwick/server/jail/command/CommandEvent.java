package dev.bailiwick.server.jail.command;

import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;
import java.util.UUID;

/** An event about a command in a jail. */
public sealed interface CommandEvent extends Event {

    /**
     * Somebody has a command run in a jail. Its arguments are not recorded, since they may be secret.
     *
     * @param program the path in the jail
     * @param user {@code root} if it is no other
     */
    @EventType(action = "jail.command-run", version = 1)
    record Run(String program, String user) implements CommandEvent {}

    /**
     * Somebody has a command run in a jail, to which people attach.
     *
     * @param program the path in the jail
     * @param user {@code root} if it is no other
     * @param session the id of the session
     */
    @EventType(action = "jail.session-opened", version = 1)
    record Opened(String program, String user, UUID session) implements CommandEvent {}

    /** Somebody is attached to a session, and sees what its command writes. */
    @EventType(action = "jail.session-attached", version = 1)
    record Attached(UUID session) implements CommandEvent {}

    /** Somebody had the command of a session killed. */
    @EventType(action = "jail.session-ended", version = 1)
    record Ended(UUID session) implements CommandEvent {}

    /** Somebody who is attached to a session asked to be the one who writes; recorded once a minute at most for each who is attached. */
    @EventType(action = "jail.session-writer-changed", version = 1)
    record WriterChanged(UUID session) implements CommandEvent {}

    /** The host has killed the command of a session, because its user may no longer work in the jail. */
    @EventType(action = "jail.session-withdrawn", version = 1)
    record Withdrawn(UUID session) implements CommandEvent {}
}
