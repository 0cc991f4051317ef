package dev.bailiwick.agent.reconcile;

import dev.bailiwick.jail.JailId;
import java.util.Optional;

/**
 * What the current thread works on, for its lines in the log. This is not SLF4J's MDC, because there every thread that this one starts
 * would inherit it, and would name this jail in all its lines.
 */
public record AtWork(JailId jail, long generation) {

    private static final ThreadLocal<AtWork> HERE = new ThreadLocal<>();

    /** Until {@link #end} or the next call. */
    public static void on(JailId jail, long generation) {
        HERE.set(new AtWork(jail, generation));
    }

    public static void end() {
        HERE.remove();
    }

    public static Optional<AtWork> here() {
        return Optional.ofNullable(HERE.get());
    }
}
