package dev.bailiwick.server.account.signin.password;

import dev.bailiwick.server.bounds.Bound;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** Limits how many passwords are checked at the same time, as a check takes much memory and time by design. */
@Component
public class PasswordCheckLimit {

    private static final Duration MAX_WAIT = Duration.ofSeconds(5);

    private final Semaphore turns = new Semaphore(Bound.SIGN_INS_AT_ONCE.value(), true);

    /**
     * Runs the check when there is a free turn.
     *
     * @throws TooManySignIns if none becomes free within 5 seconds
     */
    public <T> T take(Supplier<T> check) {
        awaitTurn();
        try {
            return check.get();
        } finally {
            turns.release();
        }
    }

    private void awaitTurn() {
        try {
            if (turns.tryAcquire(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new TooManySignIns();
    }
}
