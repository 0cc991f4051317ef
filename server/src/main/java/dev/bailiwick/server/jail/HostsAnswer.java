package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.host.Doorbell;
import dev.bailiwick.server.host.Doorbell.Subscription;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What the host of a jail will say. Made before the change that it is to answer, so that nothing said since is missed and nothing
 * needs to be looked at before it says something.
 */
final class HostsAnswer implements AutoCloseable {

    private final JailList list;
    private final JailId jail;
    private final Semaphore rung = new Semaphore(0);
    private final Subscription subscription;

    HostsAnswer(Doorbell doorbell, JailList list, JailId jail) {
        this.list = list;
        this.jail = jail;
        this.subscription = doorbell.onReport(jail, rung::release);
    }

    /** Waits unless the jail, as it was read since this was made, is settled already. @see #await(long, Duration) */
    Optional<JailView> await(JailView known, long generation, Duration longest) throws InterruptedException {
        return isSettled(known, generation) ? Optional.of(known) : await(generation, longest);
    }

    /**
     * Waits until the host has done what it can about this generation of the jail.
     *
     * @return the jail as it is then, or when the time is up; empty once it is gone
     */
    Optional<JailView> await(long generation, Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        while (true) {
            boolean inTime = rung.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            rung.drainPermits();
            Optional<JailView> now = list.find(jail);
            if (!inTime || now.isEmpty() || isSettled(now.get(), generation)) {
                return now;
            }
        }
    }

    private static boolean isSettled(JailView jail, long generation) {
        return jail.generation() >= generation && jail.settled();
    }

    @Override
    public void close() {
        subscription.close();
    }
}
