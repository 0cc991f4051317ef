package dev.bailiwick.agent.reconcile;

import java.time.Instant;

/** Runs work on other threads, at once or at a given time. An interface, so that tests can run each piece of work themselves. */
interface Workers extends AutoCloseable {

    /** The owner of work that belongs to no customer. */
    String NOBODY = "";

    /** Queues {@code work}. Owners take turns within a class; the work of one owner keeps its order. */
    void submit(WorkClass workClass, String owner, Runnable work);

    /** Submits {@code work} as prompt work at {@code when} or soon after, never earlier. */
    void at(Instant when, Runnable work);

    /** Waits a few seconds for running work, and drops the work that has not begun. */
    @Override
    void close();
}
