package dev.bailiwick.jail.syscall;

import dev.bailiwick.jail.InvalidValue;

/** What an override may decide for a call. */
public sealed interface OverrideDecision {

    record Allow() implements OverrideDecision {}

    /** @param errno the symbolic name the process sees, for example {@code EPERM} */
    record Deny(String errno) implements OverrideDecision {

        /** A {@link Policy} admits no override whose errno is not known. */
        Errno known() {
            return Errno.named(errno).orElseThrow(() -> new IllegalStateException(errno + " is not a known errno"));
        }
    }

    /** Allow, and count the call as one that would be denied. */
    record Log() implements OverrideDecision {}

    /** End the whole process with SIGSYS. */
    record Kill() implements OverrideDecision {}

    /**
     * Reads {@code allow}, {@code deny}, {@code deny:ERRNO}, {@code log} or {@code kill}; plain {@code deny} means EPERM.
     *
     * @throws InvalidValue if it is none of them
     */
    static OverrideDecision parse(String text) {
        return switch (text) {
            case "allow" -> new Allow();
            case "deny" -> new Deny("EPERM");
            case "log" -> new Log();
            case "kill" -> new Kill();
            default -> {
                if (!text.startsWith("deny:E")) {
                    throw new InvalidValue("must be 'allow', 'deny', 'deny:ERRNO', 'log' or 'kill'");
                }
                yield new Deny(text.substring("deny:".length()));
            }
        };
    }

    /** The form {@link #parse} reads. */
    default String text() {
        return switch (this) {
            case Allow() -> "allow";
            case Deny(String errno) -> "deny:" + errno;
            case Log() -> "log";
            case Kill() -> "kill";
        };
    }
}
