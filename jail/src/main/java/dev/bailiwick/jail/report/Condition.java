package dev.bailiwick.jail.report;

import java.time.Instant;

/**
 * A fact about a jail or host that operators should know.
 *
 * @param reason a stable word in CamelCase that programs may compare, for example {@code InitExited}
 * @param message a sentence that names operation, operand and errno
 * @param since when the fact became true
 */
public record Condition(String reason, String message, Instant since) {

    /** The {@link #reason} of a jail that was powered off from inside and stays stopped, although its desired state is running. */
    public static final String HALTED_ITSELF = "HaltedItself";

    /** The {@link #reason} of a jail whose init exited with status 0, and which is not started again. */
    public static final String COMPLETED = "Completed";

    /** The {@link #reason} of a jail whose init ended in another way, and which is not started again. */
    public static final String ENDED = "Ended";

    /** The {@link #reason} of a jail that was started again as often as its definition permits, and ended again. */
    public static final String RESTART_LIMIT_REACHED = "RestartLimitReached";

    /** The {@link #reason} of a jail that did not end in time when it was asked to, and was killed. */
    public static final String KILLED_AT_DEADLINE = "KilledAtDeadline";

    /** The {@link #reason} of a jail of which the kernel killed a process for lack of memory, see {@link OomKills}. */
    public static final String OOM_KILLED = "OomKilled";

    /** The {@link #reason} of a running jail that lacks something it needs. */
    public static final String DAMAGED = "Damaged";

    /** The {@link #reason} of a running jail that uses programs of its host, which have been removed. */
    public static final String BASE_GONE = "BaseGone";

    /** The {@link #reason} of a jail that runs on a host without a definition. */
    public static final String UNKNOWN_JAIL = "UnknownJail";

    /** The {@link #reason} of a jail that keeps a definition that the server has lost. */
    public static final String CHANGED_ON_HOST = "ChangedOnHost";

    /** The {@link #reason} of a jail that its host has removed, although the server has lost the removal. */
    public static final String REMOVED_ON_HOST = "RemovedOnHost";
}
