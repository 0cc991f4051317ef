package dev.bailiwick.server.request;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import org.springframework.util.unit.DataSize;

/** The body of the request is longer than the limit. */
public final class BodyTooLarge extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(413, "body-too-large", "The body is too large");
    private static final long serialVersionUID = 1L;

    BodyTooLarge(DataSize limit) {
        super(TYPE, "A body may have at most " + limit.toBytes() + " bytes");
    }
}
