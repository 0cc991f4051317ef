package dev.bailiwick.benchmarks.jail;

/**
 * One start.
 *
 * @param executed nanoseconds until exec, or {@link #NONE} where that cannot be seen from outside
 * @param reaped nanoseconds until reaped
 */
record Start(long executed, long reaped) {

    static final long NONE = -1;
}
