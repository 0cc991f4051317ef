package dev.bailiwick.server.jail.file.failure;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** Something is at a path in a jail where nothing should be. */
public final class FileAlreadyExists extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(409, "file-already-exists", "There is such a file already");
    private static final long serialVersionUID = 1L;

    /** @param why a part of a sentence */
    public FileAlreadyExists(String why) {
        super(TYPE, "There is such a file already: " + why + ".");
    }
}
