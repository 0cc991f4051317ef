package dev.bailiwick.agent.reconcile;

import java.time.Instant;

/** Runs work on other threads, at once or at a time. A seam: tests turn the crank themselves. */
interface Workers extends AutoCloseable {

    /** The owner of work that is nobody's in particular. */
    String NOBODY = "";

    /** Work of one class is taken from each owner in turn; an owner's own in the order in which it came. */
    void submit(WorkClass workClass, String owner, Runnable work);

    /** Submits {@code work} as prompt work at about {@code when}, never before. */
    void at(Instant when, Runnable work);

    /** Lets running work finish and forgets the rest. */
    @Override
    void close();
}
