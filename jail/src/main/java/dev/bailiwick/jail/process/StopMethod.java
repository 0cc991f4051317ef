package dev.bailiwick.jail.process;

import dev.bailiwick.jail.validation.InvalidValue;
import java.time.Duration;

/**
 * How a jail is stopped: its init gets a signal, and the jail is killed if it has not ended in time.
 *
 * @param timeoutSeconds how long the init has to end; 1 to 3,600
 */
public record StopMethod(StopSignal signal, int timeoutSeconds) {

    public static final StopMethod DEFAULT = new StopMethod(StopSignal.TERM, 10);

    private static final int MAX_SECONDS = 3600;

    public StopMethod {
        if (timeoutSeconds < 1 || timeoutSeconds > MAX_SECONDS) {
            throw new InvalidValue("must be 1 to 3,600 seconds");
        }
    }

    public Duration timeout() {
        return Duration.ofSeconds(timeoutSeconds);
    }
}
