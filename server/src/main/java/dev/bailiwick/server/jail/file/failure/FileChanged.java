package dev.bailiwick.server.jail.file.failure;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The file has another version, or the upload another size, than the caller has said. */
public final class FileChanged extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(412, "file-changed", "The file or the upload has changed");
    private static final long serialVersionUID = 1L;

    /** @param why a part of a sentence */
    public FileChanged(String why) {
        super(TYPE, "The file or the upload has changed: " + why + ".");
    }
}
