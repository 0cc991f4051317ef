package dev.bailiwick.agent.kernel.linux.syscall;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Reaps children that hostile processes may hold: one that is traced (ptrace(2)) has ended for its tracer first, and its parent would wait
 * for as long as the tracer likes.
 */
public final class Reaper {

    private static final long PAUSE_NANOS = 2_000_000;
    private static final long LATER_SECONDS = 1;

    private static final Queue<Descriptor> LEFT = new ConcurrentLinkedQueue<>();

    private static final ScheduledExecutorService LATER = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("jail-reaper").daemon().factory());

    static {
        var _ = LATER.scheduleWithFixedDelay(Reaper::reapLeft, LATER_SECONDS, LATER_SECONDS, TimeUnit.SECONDS);
    }

    private Reaper() {}

    /**
     * Reaps a child that has ended or was killed.
     *
     * @return how it ended; empty if it cannot be reaped within this time, and is reaped later
     */
    public static Optional<Ending> reap(Descriptor process, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!Linux.hasEnded(process)) {
            if (System.nanoTime() > deadline) {
                process.copy().ifPresent(LEFT::add);
                return Optional.empty();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return Linux.reap(process);
    }

    /**
     * Reaps a child soon after its end, whenever that is.
     *
     * @param process this object owns it from now on
     */
    static void reapLater(Descriptor process) {
        LEFT.add(process.movedHigh());
    }

    private static void reapLeft() {
        LEFT.removeIf(process -> {
            if (!Linux.hasEnded(process)) {
                return false;
            }
            Linux.reap(process);
            process.close();
            return true;
        });
    }
}
