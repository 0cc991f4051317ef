package dev.bailiwick.server.jail.files;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** Nobody knows whose kept files are: an operator says so before they are deleted or used. */
final class FilesOfNobody extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(409, "kept-files-of-nobody", "It is not known whose the files are");
    private static final long serialVersionUID = 1L;

    FilesOfNobody(String path) {
        super(TYPE, "It is not known whose the files at " + path + " are. Give them to a customer first.");
    }
}
