package dev.bailiwick.server.jail.forward;

import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The user, or the jail, has the maximum number of connections to ports already. */
public final class TooManyForwards extends Failure {

    private static final ProblemType TYPE =
            ProblemType.passing(503, "too-many-forwards", "There are too many connections to ports of jails");
    private static final long serialVersionUID = 1L;

    /** Returns the failure of a WebSocket that is one too many of all users. */
    static TooManyForwards byWebSocket() {
        return new TooManyForwards("Bailiwick carries " + Bound.FORWARDS_BY_WEBSOCKET.value()
                + " connections to ports of jails by WebSocket already.");
    }

    TooManyForwards() {
        this("You have " + Bound.FORWARDS_OF_A_USER.value()
                + " connections to ports of jails already, or this jail has " + Bound.FORWARDS_OF_A_JAIL.value()
                + ".");
    }

    private TooManyForwards(String detail) {
        super(TYPE, detail);
    }
}
