package dev.bailiwick.agent.reconcile;

import dev.bailiwick.jail.JailId;
import java.util.Optional;

/**
 * The jail and generation that the current thread works on, for its log lines. SLF4J's MDC does not fit: each thread that this
 * one starts would inherit the entry, and would name this jail in all its lines.
 */
public record LogContext(JailId jail, long generation) {

    private static final ThreadLocal<LogContext> HERE = new ThreadLocal<>();

    /** Sets the current thread's jail, until {@link #end} or the next call. */
    public static void on(JailId jail, long generation) {
        HERE.set(new LogContext(jail, generation));
    }

    public static void end() {
        HERE.remove();
    }

    public static Optional<LogContext> here() {
        return Optional.ofNullable(HERE.get());
    }
}
