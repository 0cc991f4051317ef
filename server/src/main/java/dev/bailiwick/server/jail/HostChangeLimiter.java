package dev.bailiwick.server.jail;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.jail.intent.Intents;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/**
 * A limit on the changes of one host that run at once, in the order of their arrival. Each change locks the host's row
 * (see {@link Intents}). Without the limit, a thousand changes would wait for the row in the database, each on its own
 * connection. A stop would then wait behind all of them, and all other work would wait for a connection. Starts,
 * stops and restarts are not limited.
 */
@Component
final class HostChangeLimiter {

    /** One change holds the row, and the next is ready to lock it. */
    static final int AT_ONCE = 2;

    /**
     * After this time a change goes to the database without a turn. The database is then probably away, and the caller
     * should learn that soon.
     */
    private static final Duration MAX_WAIT = Duration.ofSeconds(5);

    private final Map<HostId, Semaphore> turns = new ConcurrentHashMap<>();

    /** Runs the change once the host has a free turn, or after 5 s without one. */
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

    /** @return whether the caller got a turn, which it has to give back */
    private static boolean await(Semaphore turn) {
        try {
            return turn.tryAcquire(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
