package dev.bailiwick.jail;

import dev.bailiwick.jail.syscall.Errno;

/** What a process got for a call that its jail's filter did not simply let pass. */
public sealed interface DenialAnswer {

    /** The call did not happen and failed with this error. */
    record Failed(Errno errno) implements DenialAnswer {}

    /** The call did not happen and failed; with which error is not known any more, or depended on its arguments. */
    record FailedSomehow() implements DenialAnswer {}

    /** The call did not happen; the process was ended. */
    record Killed() implements DenialAnswer {}

    /** The call went on; it is one that is only watched. */
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

    /** The form {@link #parse} reads. */
    default String text() {
        return switch (this) {
            case Failed(Errno errno) -> errno.name();
            case FailedSomehow() -> "error";
            case Killed() -> "kill";
            case Logged() -> "log";
        };
    }
}
