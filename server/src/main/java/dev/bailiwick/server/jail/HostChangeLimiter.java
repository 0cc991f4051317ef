package dev.bailiwick.server.jail;

import dev.bailiwick.jail.HostId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/**
 * Lets a few changes of a host through at a time. All of them want the host's row in turn (see {@link Intents}); were a thousand
 * of them to wait for it in the database, each on a connection of its own, a stop would wait behind all of them, and everything else
 * for a connection. To start and to stop takes no turn here.
 */
@Component
final class HostChangeLimiter {

    /** One that has the row and one that is ready to. */
    static final int AT_ONCE = 2;

    /** Where nobody is let through for so long the database is away, and whoever waits should hear so soon. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(5);

    private final Map<HostId, Semaphore> turns = new ConcurrentHashMap<>();

    <T> T pass(HostId host, Supplier<T> change) {
        Semaphore turn = turns.computeIfAbsent(host, _ -> new Semaphore(AT_ONCE, true));
        boolean ours = await(turn);
        try {
            return change.get();
        } finally {
            if (ours) {
                turn.release();
            }
        }
    }

    /** @return whether a turn is to be given back; without one the change waits in the database */
    private static boolean await(Semaphore turn) {
        try {
            return turn.tryAcquire(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
