package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.JailLifecycle;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.jail.JailId;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the kernel with what the reconciler knows of it, and corrects what is known. An event that is still under way makes a
 * difference for a moment, so a difference counts if it is seen twice and nothing was done to the jail between.
 *
 * <p>Takes the lock for one jail at a time: with thousands of them, whoever stops one does not wait for all.
 */
final class DriftCheck {

    private static final Logger log = LoggerFactory.getLogger(DriftCheck.class);

    private final Object lock;
    private final JailLifecycle kernel;
    private final ReconcilerState jails;
    private final Clock clock;
    private final Consumer<ManagedJail> signal;
    private final AtomicLong corrected = new AtomicLong();

    /**
     * @param lock under which {@code jails} is read and changed
     * @param signal has a jail looked at; called under the lock
     */
    DriftCheck(Object lock, JailLifecycle kernel, ReconcilerState jails, Clock clock, Consumer<ManagedJail> signal) {
        this.lock = lock;
        this.kernel = kernel;
        this.jails = jails;
        this.clock = clock;
        this.signal = signal;
    }

    /** How often the kernel turned out to differ from what it had said before. */
    long corrected() {
        return corrected.get();
    }

    /** @return whether something differs that must be looked at again soon */
    boolean run() {
        Map<JailId, Long> before = new HashMap<>();
        synchronized (lock) {
            jails.all().forEach(managed -> before.put(managed.id, managed.changes));
        }
        Map<JailId, ObservedJail> seen = new HashMap<>();
        kernel.observe().forEach(jail -> seen.put(jail.id(), jail));
        return compare(before, seen);
    }

    private boolean compare(Map<JailId, Long> before, Map<JailId, ObservedJail> seen) {
        boolean suspicious = false;
        Set<JailId> ids = new HashSet<>(before.keySet());
        ids.addAll(seen.keySet());
        for (JailId id : ids) {
            synchronized (lock) {
                suspicious |= compare(id, Optional.ofNullable(before.get(id)), Optional.ofNullable(seen.get(id)));
            }
        }
        return suspicious;
    }

    private boolean compare(JailId id, Optional<Long> before, Optional<ObservedJail> actual) {
        if (before.isPresent() && jails.find(id).isEmpty()) {
            return false;
        }
        ManagedJail managed = jails.manage(id);
        // Nobody but this agent starts a jail that it manages; what is not can only be a stranger.
        managed.suspect |= before.isEmpty();
        boolean still = managed.attention == ManagedJail.Attention.IDLE && managed.changes == before.orElse(0L);
        if (!still || ReconcilerState.agrees(managed, actual)) {
            managed.suspect = false;
        } else if (managed.suspect) {
            correct(managed, actual);
            signal.accept(managed);
        } else {
            managed.suspect = true;
            return true;
        }
        if (managed.attention == ManagedJail.Attention.IDLE && isUndone(managed)) {
            signal.accept(managed);
        }
        return false;
    }

    /** What a jump of the clock has brought about, or an earlier fault has left. */
    private boolean isUndone(ManagedJail managed) {
        Plan plan = jails.plan(managed, clock.instant());
        return plan.step().isPresent()
                || plan.phase() != managed.phase
                || (plan.wakeAt().isPresent() && managed.wakeAt.isEmpty())
                || managed.isOver();
    }

    private void correct(ManagedJail managed, Optional<ObservedJail> actual) {
        managed.suspect = false;
        corrected.incrementAndGet();
        log.atWarn()
                .addKeyValue("jail", managed.id)
                .log("the kernel shows {} where {} was known", actual, managed.state.observed());
        boolean hasEnded = actual.filter(ObservedJail::isRunning).isEmpty();
        JailState known = hasEnded ? managed.state.ended(Optional.empty(), clock.instant()) : managed.state;
        managed.state = known.showing(actual);
    }
}
