package dev.bailiwick.server.jail.batch;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.jail.JailAction;
import dev.bailiwick.server.jail.JailView;
import dev.bailiwick.server.problem.Failure;
import java.util.Optional;

/** What became of one line of a batch. */
public sealed interface BatchOutcome {

    int line();

    /** @param seen the jail as it is after the wait; empty where there was none, or the jail is gone by then */
    record Stored(int line, JailId id, long generation, Optional<JailView> seen) implements BatchOutcome {}

    /**
     * @param generation that the jail has now; empty where nothing is left of it
     * @param seen the jail as it is after the wait; empty where there was none, or the jail is gone by then
     */
    record Done(int line, JailId id, JailAction action, Optional<Long> generation, Optional<JailView> seen)
            implements BatchOutcome {}

    record Refused(int line, Failure why) implements BatchOutcome {}
}
