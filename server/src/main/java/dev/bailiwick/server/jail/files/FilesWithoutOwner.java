package dev.bailiwick.server.jail.files;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The owner of kept files is unknown. An operator has to name a customer before the files are deleted or used. */
final class FilesWithoutOwner extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(409, "kept-files-of-nobody", "The owner of the files is unknown");
    private static final long serialVersionUID = 1L;

    FilesWithoutOwner(String path) {
        super(TYPE, "The owner of the files at " + path + " is unknown. Give them to a customer first.");
    }
}
