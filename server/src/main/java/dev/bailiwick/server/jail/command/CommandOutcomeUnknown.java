package dev.bailiwick.server.jail.command;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** A command was sent to the host of its jail, which has not answered: it may have run. */
public final class CommandOutcomeUnknown extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(504, "command-outcome-unknown", "The command may have run");
    private static final long serialVersionUID = 1L;

    /** @param why a part of a sentence */
    CommandOutcomeUnknown(String why) {
        super(TYPE, "The command may have run: " + why + ".");
    }
}
