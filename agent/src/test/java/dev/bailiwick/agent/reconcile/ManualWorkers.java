package dev.bailiwick.agent.reconcile;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;

/** Runs work on the test's own thread, at the test's command, and lets time pass without waiting. */
final class ManualWorkers implements Workers {

    private record Timer(Instant when, long number, Runnable work) {}

    private final ManualClock clock;
    private final Map<WorkClass, Queue<Runnable>> byClass = new EnumMap<>(WorkClass.class);
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparing(Timer::when).thenComparingLong(Timer::number));
    private long lastNumber;

    /** The number of submissions. */
    int submitted;

    ManualWorkers(ManualClock clock) {
        this.clock = clock;
    }

    @Override
    public void submit(WorkClass workClass, String owner, Runnable work) {
        submitted++;
        byClass.computeIfAbsent(workClass, _ -> new ArrayDeque<>()).add(work);
    }

    @Override
    public void at(Instant when, Runnable work) {
        timers.add(new Timer(when, lastNumber++, work));
    }

    /** Runs all work that can run now. */
    void work() {
        while (workOnce()) {}
    }

    /** Runs one item of the first work class that has any. */
    boolean workOnce() {
        for (Queue<Runnable> workClass : byClass.values()) {
            Runnable work = workClass.poll();
            if (work != null) {
                work.run();
                return true;
            }
        }
        return false;
    }

    /** Lets time pass, and stops at every timer on the way. */
    void pass(Duration duration) {
        Instant end = clock.instant().plus(duration);
        work();
        while (!timers.isEmpty() && !timers.peek().when().isAfter(end)) {
            Timer timer = timers.poll();
            clock.set(timer.when().isAfter(clock.instant()) ? timer.when() : clock.instant());
            timer.work().run();
            work();
        }
        clock.set(end);
        work();
    }

    @Override
    public void close() {
        timers.clear();
        byClass.values().forEach(Queue::clear);
    }
}
