package dev.bailiwick.server.jail.file.failure;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The file is of another kind than the request needs, is on a file system that only the jail sees, or is not the jail's. */
public final class FileUnsuitable extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(409, "file-unsuitable", "That cannot be done with this file");
    private static final long serialVersionUID = 1L;

    /** @param why a part of a sentence */
    public FileUnsuitable(String why) {
        super(TYPE, "That cannot be done with this file: " + why + ".");
    }
}
