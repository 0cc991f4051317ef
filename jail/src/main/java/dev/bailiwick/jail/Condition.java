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

    /** The {@link #reason} of a jail that was switched off from inside and rests, although it is wanted running. */
    public static final String HALTED_ITSELF = "HaltedItself";

    /** The {@link #reason} of a running jail that lacks something it needs. */
    public static final String DAMAGED = "Damaged";

    /** The {@link #reason} of a running jail whose programs, which it shares with its host, have been removed under it. */
    public static final String BASE_GONE = "BaseGone";

    /** The {@link #reason} of a jail that is on a host although nothing that the host knows names it. */
    public static final String UNKNOWN_JAIL = "UnknownJail";

    /** The {@link #reason} of a jail that stays as a definition says that the server has lost. */
    public static final String CHANGED_ON_HOST = "ChangedOnHost";

    /** The {@link #reason} of a jail that its host has removed, which the server has lost. */
    public static final String REMOVED_ON_HOST = "RemovedOnHost";
}
