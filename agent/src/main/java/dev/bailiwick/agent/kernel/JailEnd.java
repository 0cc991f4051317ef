package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.JailId;
import java.util.Optional;

/** The end of a jail's init, and with it of every process of the jail. */
public record JailEnd(JailId jail, Optional<Ending> ending) {

    /** How the init ended. Only its parent learns this, so it is unknown for an init that an earlier agent started. */
    public sealed interface Ending {

        record Exited(int status) implements Ending {}

        record Killed(int signal) implements Ending {}

        /** A process of the jail asked to restart it, as {@code reboot} does. */
        record Rebooted() implements Ending {}

        /** A process of the jail switched it off, as {@code poweroff} and {@code halt} do. */
        record Halted() implements Ending {}
    }
}
