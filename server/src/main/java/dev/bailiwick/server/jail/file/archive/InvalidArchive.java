package dev.bailiwick.server.jail.file.archive;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** An archive cannot be unpacked: it is damaged, or has something that is not unpacked. What came before in it is unpacked. */
public final class InvalidArchive extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(422, "invalid-archive", "The archive cannot be unpacked");
    private static final long serialVersionUID = 1L;

    /** @param why a part of a sentence */
    public InvalidArchive(String why) {
        super(TYPE, "The archive cannot be unpacked: " + why + ".");
    }
}
