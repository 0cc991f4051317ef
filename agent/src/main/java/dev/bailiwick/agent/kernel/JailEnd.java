package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.JailId;
import java.util.Optional;

/** A jail's init has ended, and with it every process of the jail. */
public record JailEnd(JailId jail, Optional<Ending> ending) {

    /** How it ended; unknown for an init that an earlier agent started, since only a parent learns it. */
    public sealed interface Ending {

        record Exited(int status) implements Ending {}

        record Killed(int signal) implements Ending {}

        /** From inside, the jail was asked to start again, as by {@code reboot}. */
        record Rebooted() implements Ending {}

        /** From inside, the jail was switched off, as by {@code poweroff} or {@code halt}. */
        record Halted() implements Ending {}
    }
}
