package dev.bailiwick.jail;

import java.time.Instant;

/**
 * Something a person should know about a jail or host, as a fact with its reason.
 *
 * @param reason a stable word in CamelCase that programs may compare, for example {@code InitExited}
 * @param message a sentence that names operation, operand and errno
 * @param since when it became true
 */
public record Condition(String reason, String message, Instant since) {

    /** The {@link #reason} of a jail that was powered off from inside and stays stopped, although its desired state is running. */
    public static final String HALTED_ITSELF = "HaltedItself";

    /** The {@link #reason} of a running jail that lacks something it needs. */
    public static final String DAMAGED = "Damaged";

    /** The {@link #reason} of a running jail that uses programs of its host, which have been removed. */
    public static final String BASE_GONE = "BaseGone";

    /** The {@link #reason} of a jail on a host that no definition of the host names. */
    public static final String UNKNOWN_JAIL = "UnknownJail";

    /** The {@link #reason} of a jail that keeps a definition that the server has lost. */
    public static final String CHANGED_ON_HOST = "ChangedOnHost";

    /** The {@link #reason} of a jail that its host has removed, where the server has lost the removal. */
    public static final String REMOVED_ON_HOST = "RemovedOnHost";
}
