package dev.bailiwick.benchmarks.jail;

/**
 * The times of one start.
 *
 * @param executed nanoseconds until exec, or {@link #NONE} if it cannot be seen from outside
 * @param reaped nanoseconds until reaped
 */
record Start(long executed, long reaped) {

    static final long NONE = -1;
}
