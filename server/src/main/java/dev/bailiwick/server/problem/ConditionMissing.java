package dev.bailiwick.server.problem;

/** Something is replaced only by somebody who has seen it. */
public final class ConditionMissing extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(428, "if-match-required", "The change needs a condition");
    private static final long serialVersionUID = 1L;

    ConditionMissing() {
        super(TYPE, "Send If-Match with the ETag of what is to be replaced.");
    }
}
