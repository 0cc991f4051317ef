package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.stream.Collectors;

/** The jail of a run has not started, so its command was not run. The jail is removed. */
public final class RunNotStarted extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(409, "run-not-started", "The jail has not started");
    private static final long serialVersionUID = 1L;

    RunNotStarted(JailView jail) {
        super(TYPE, "The command was not run, and its jail is removed: " + why(jail));
    }

    private static String why(JailView jail) {
        String conditions =
                jail.status().conditions().stream().map(Condition::message).collect(Collectors.joining("; "));
        return conditions.isEmpty() ? "the jail has not started in time." : conditions;
    }
}
