package dev.bailiwick.server.problem;

/** The path is spelt in another way than the one that this server reads. */
public final class UnusualPath extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(400, "unusual-path", "The path is not in its plain form");
    private static final long serialVersionUID = 1L;

    UnusualPath() {
        super(
                TYPE,
                "Send the path without dot segments, empty segments, parameters (;) and escapes (%) of characters that need none");
    }
}
