package dev.bailiwick.server.jail.file.failure;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The disk of the host, or the share of the jail, is full. */
public final class NoSpaceForFiles extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(507, "no-space-for-files", "There is no space for the file");
    private static final long serialVersionUID = 1L;

    /** @param why a part of a sentence */
    public NoSpaceForFiles(String why) {
        super(TYPE, "There is no space for the file: " + why + ".");
    }
}
