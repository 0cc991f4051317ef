package dev.bailiwick.jail.report;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Locale;

/** The state of a jail, as its host last saw it. */
public enum Phase {
    /** The host knows the jail and has done nothing yet. */
    PENDING,
    STARTING,
    /** Its init has been executed and has not ended. */
    RUNNING,
    STOPPING,
    /** The jail has no process, and should have none. */
    STOPPED,
    /** Its init ended by itself, and the jail waits to be started again. */
    BACKING_OFF,
    /** The host cannot or must not start this definition; the conditions say why, and when it tries again. */
    REFUSED,
    /** Nothing of the jail is left on the host. */
    REMOVED;

    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws InvalidValue if no phase has this {@link #text()} */
    public static Phase parse(String text) {
        for (Phase phase : values()) {
            if (phase.text().equals(text)) {
                return phase;
            }
        }
        throw new InvalidValue("is not a phase");
    }
}
