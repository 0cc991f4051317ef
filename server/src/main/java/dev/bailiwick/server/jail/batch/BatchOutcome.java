package dev.bailiwick.server.jail.batch;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.jail.intent.JailAction;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import java.util.Optional;

/** The result of one line of a batch. */
public sealed interface BatchOutcome {

    int line();

    /** @param seen the jail after the wait; empty if there was no wait, or if the jail no longer exists */
    record Stored(int line, JailId id, long generation, Optional<JailView> seen) implements BatchOutcome {}

    /**
     * @param generation the current generation of the jail; empty if the server has deleted the jail
     * @param seen the jail after the wait; empty if there was no wait, or if the jail no longer exists
     */
    record Done(int line, JailId id, JailAction action, Optional<Long> generation, Optional<JailView> seen)
            implements BatchOutcome {}

    record Refused(int line, Failure why) implements BatchOutcome {}
}
