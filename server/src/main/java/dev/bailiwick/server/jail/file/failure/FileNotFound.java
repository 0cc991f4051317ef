package dev.bailiwick.server.jail.file.failure;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** Nothing is at a path in a jail. */
public final class FileNotFound extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "file-not-found", "There is no such file");
    private static final long serialVersionUID = 1L;

    /** @param why a part of a sentence */
    public FileNotFound(String why) {
        super(TYPE, "There is no such file: " + why + ".");
    }
}
