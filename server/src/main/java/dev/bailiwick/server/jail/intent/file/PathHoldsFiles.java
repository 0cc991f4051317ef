package dev.bailiwick.server.jail.intent.file;

import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;

/**
 * A removed jail left files at, above or below the path. Only a new jail of the same customer at exactly the path of
 * the files can take them over.
 */
public final class PathHoldsFiles extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(409, "path-holds-files", "The root path holds files of a removed jail");
    private static final long serialVersionUID = 1L;

    public PathHoldsFiles(RootPath path) {
        super(
                TYPE,
                "A removed jail left files at, above or below " + path
                        + ". Only a new jail of the same customer at exactly the path of those files takes them over. They can be"
                        + " deleted under Kept files.",
                List.of(new Violation("/path", "holds files of a removed jail, or lies within or around such files")));
    }
}
