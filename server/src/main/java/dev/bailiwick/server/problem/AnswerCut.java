package dev.bailiwick.server.problem;

/** Another failure, in the middle of an answer that would look whole without its rest: also one that is a list of events. */
public final class AnswerCut extends Failure {

    private static final long serialVersionUID = 1L;

    public AnswerCut(Failure why) {
        super(why.type(), why.detail(), why.violations());
    }
}
