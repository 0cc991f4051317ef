package dev.bailiwick.server.page;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.UUID;

/** Ids in the paths of pages. */
public final class PathIds {

    private PathIds() {}

    /** @throws NothingThere if it is no id, so that a mistyped link is answered like one to something unknown */
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

    /** There is nothing at this path. */
    public static final class NothingThere extends Failure {

        private static final ProblemType TYPE = ProblemType.lasting(404, "not-found", "There is nothing here");
        private static final long serialVersionUID = 1L;

        NothingThere() {
            super(TYPE, "There is nothing at this path.");
        }
    }
}
