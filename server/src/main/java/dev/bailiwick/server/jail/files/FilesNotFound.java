package dev.bailiwick.server.jail.files;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.UUID;

/** The kept files do not exist, or the caller may not see them. */
final class FilesNotFound extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(404, "kept-files-not-found", "There are no such kept files");
    private static final long serialVersionUID = 1L;

    FilesNotFound(UUID id) {
        super(TYPE, "There are no kept files " + id + ".");
    }
}
