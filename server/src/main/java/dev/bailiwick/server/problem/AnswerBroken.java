package dev.bailiwick.server.problem;

/** An answer cannot be sent to its end. The reason has been logged, and is no fault of the program. */
final class AnswerBroken extends RuntimeException {

    private static final long serialVersionUID = 1L;

    AnswerBroken(Exception why) {
        super("It failed in the middle of the answer", why);
    }
}
