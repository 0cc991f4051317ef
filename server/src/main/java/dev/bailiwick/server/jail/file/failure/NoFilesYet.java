package dev.bailiwick.server.jail.file.failure;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The jail has not started on its host, so it has no files there. */
public final class NoFilesYet extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "no-files-yet", "The jail has no files yet");
    private static final long serialVersionUID = 1L;

    /** @param why a part of a sentence */
    public NoFilesYet(String why) {
        super(TYPE, "The jail has no files yet: " + why + ".");
    }
}
