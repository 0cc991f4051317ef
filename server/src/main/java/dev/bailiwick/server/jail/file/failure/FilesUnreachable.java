package dev.bailiwick.server.jail.file.failure;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The host of a jail is not connected, has not answered, or cannot work on the files at the moment. A change may have been made. */
public final class FilesUnreachable extends Failure {

    private static final ProblemType TYPE =
            ProblemType.passing(503, "files-unreachable", "The jail's files cannot be reached now");
    private static final long serialVersionUID = 1L;

    /** @param why a part of a sentence */
    public FilesUnreachable(String why) {
        super(TYPE, "The jail's files cannot be reached now: " + why + ".");
    }
}
