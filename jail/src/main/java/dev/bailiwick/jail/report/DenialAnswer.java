package dev.bailiwick.jail.report;

import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.validation.InvalidValue;

/** The answer to a call that the jail's filter did not simply allow. */
public sealed interface DenialAnswer {

    /** The call was not made and failed with this error. */
    record Failed(Errno errno) implements DenialAnswer {}

    /** The call was not made and failed; the error is no longer known, or depended on the call's arguments. */
    record FailedSomehow() implements DenialAnswer {}

    /** The call was not made; the process was killed. */
    record Killed() implements DenialAnswer {}

    /** The call was made, because it is only watched. */
    record Logged() implements DenialAnswer {}

    /**
     * Reads the name of an error, {@code error}, {@code kill} or {@code log}.
     *
     * @throws InvalidValue if it is none of them
     */
    static DenialAnswer parse(String text) {
        return switch (text) {
            case "error" -> new FailedSomehow();
            case "kill" -> new Killed();
            case "log" -> new Logged();
            default ->
                Errno.named(text)
                        .map(Failed::new)
                        .orElseThrow(() -> new InvalidValue("must be the name of an error, 'error', 'kill' or 'log'"));
        };
    }

    /** Returns the text that {@link #parse} reads. */
    default String text() {
        return switch (this) {
            case Failed(Errno errno) -> errno.name();
            case FailedSomehow() -> "error";
            case Killed() -> "kill";
            case Logged() -> "log";
        };
    }
}
