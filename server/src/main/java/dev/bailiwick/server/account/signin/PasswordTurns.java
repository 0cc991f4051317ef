package dev.bailiwick.server.account.signin;

import dev.bailiwick.server.bounds.Bound;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** To check a password takes memory and time on purpose, so a few are checked at once. */
@Component
class PasswordTurns {

    private static final Duration MAX_WAIT = Duration.ofSeconds(5);

    private final Semaphore turns = new Semaphore(Bound.SIGN_INS_AT_ONCE.value(), true);

    /** @throws TooManySignIns if its turn does not come */
    <T> T take(Supplier<T> check) {
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
