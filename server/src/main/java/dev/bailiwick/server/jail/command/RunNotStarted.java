package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The jail of a run has not started, so its command was not run. The jail is removed. */
public final class RunNotStarted extends Failure {

    private static final ProblemType LATE =
            ProblemType.passing(409, "run-not-started", "The jail has not started in time");
    private static final ProblemType REFUSED =
            ProblemType.lasting(422, "run-refused", "The host cannot start such a jail");

    /** What a host adds about a jail that stays. This one is removed. */
    private static final Pattern NEXT_TRY = Pattern.compile("; next try at [^;]*$");

    private static final long serialVersionUID = 1L;

    RunNotStarted(JailView jail) {
        super(
                type(jail),
                "The command was not run, and its jail is removed: "
                        + why(jail.status().conditions()));
    }

    private static ProblemType type(JailView jail) {
        return jail.status().phase().equals(Optional.of(Phase.REFUSED)) ? REFUSED : LATE;
    }

    private static String why(List<Condition> conditions) {
        String said = conditions.stream()
                .map(condition -> NEXT_TRY.matcher(condition.message()).replaceFirst(""))
                .collect(Collectors.joining("; "));
        return said.isEmpty() ? "the jail has not started in time." : said;
    }
}
