package dev.bailiwick.server.jail.command;

import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;

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
}
