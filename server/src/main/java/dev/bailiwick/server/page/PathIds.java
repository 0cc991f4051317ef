package dev.bailiwick.server.page;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.UUID;

/** Parses ids in the paths of pages. */
public final class PathIds {

    private PathIds() {}

    /** @throws NothingThere if it is not an id, so that a mistyped link gets the same answer as an unknown id */
    public static UUID uuid(String text) {
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equals(text)) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            throw new NothingThere();
        }
        throw new NothingThere();
    }

    /** The path does not exist. */
    public static final class NothingThere extends Failure {

        private static final ProblemType TYPE = ProblemType.lasting(404, "not-found", "There is nothing here");
        private static final long serialVersionUID = 1L;

        NothingThere() {
            super(TYPE, "There is nothing at this path.");
        }
    }
}
