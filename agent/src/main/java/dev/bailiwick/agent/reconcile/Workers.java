package dev.bailiwick.agent.reconcile;

import java.time.Instant;

/** Runs work on other threads, at once or at a time. A seam: tests turn the crank themselves. */
interface Workers extends AutoCloseable {

    void submit(Lane lane, Runnable work);

    /** Submits {@code work} to the prompt lane at about {@code when}, never before. */
    void at(Instant when, Runnable work);

    /** Lets running work finish and forgets the rest. */
    @Override
    void close();
}
