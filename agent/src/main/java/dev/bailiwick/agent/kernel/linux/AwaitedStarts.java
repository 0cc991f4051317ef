package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.jail.JailId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Those who wait for the start of a jail, perhaps from before it begins. */
final class AwaitedStarts {

    private final Map<CountDownLatch, JailId> waiting = new ConcurrentHashMap<>();

    /**
     * Waits until a start of this jail has ended, well or not.
     *
     * @param isOver whether there is nothing to wait for
     */
    void await(JailId jail, BooleanSupplier isOver, Duration longest) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        waiting.put(ended, jail);
        try {
            // Only now, so that no start can end unnoticed in between.
            if (!isOver.getAsBoolean()) {
                var _ = ended.await(longest.toNanos(), TimeUnit.NANOSECONDS);
            }
        } finally {
            waiting.remove(ended);
        }
    }

    /** A start of this jail has ended, well or not. */
    void ended(JailId jail) {
        waiting.forEach((waiter, awaited) -> {
            if (awaited.equals(jail)) {
                waiter.countDown();
            }
        });
    }
}
