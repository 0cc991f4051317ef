package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.jail.JailId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Who may have the files of which jail. All waits end, so that what is done with files of one jail does not stop the work on others. */
final class JailLocks {

    private static final int LOCKS = 1_024;

    /** Each for the jails whose ids have one remainder. Fair, so that a start has its turn. */
    private final ReadWriteLock[] files = new ReadWriteLock[LOCKS];

    private final Lock[] writers = new Lock[LOCKS];

    JailLocks() {
        for (int i = 0; i < LOCKS; i++) {
            files[i] = new ReentrantReadWriteLock(true);
            writers[i] = new ReentrantLock(true);
        }
    }

    /** What was locked, until it is closed by the same thread. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /** Takes part in the files of a jail that runs. Empty if somebody has them exclusively for all of this time. */
    Optional<Held> share(JailId jail, Duration patience) {
        return hold(files[place(jail)].readLock(), patience);
    }

    /** Takes the files of a jail, so that nobody uses an overlay with them. Empty if others have them for all of this time. */
    Optional<Held> exclude(JailId jail, Duration patience) {
        return hold(files[place(jail)].writeLock(), patience);
    }

    /** Takes the uploads of a jail. Empty if somebody else has them for all of this time. */
    Optional<Held> upload(JailId jail, Duration patience) {
        return hold(writers[place(jail)], patience);
    }

    private static int place(JailId jail) {
        return Math.floorMod(jail.hashCode(), LOCKS);
    }

    private static Optional<Held> hold(Lock lock, Duration patience) {
        try {
            return lock.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)
                    ? Optional.of(lock::unlock)
                    : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
