package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.JailLifecycle;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.reconcile.plan.JailState;
import dev.bailiwick.agent.reconcile.plan.Plan;
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
 * Compares the reconciler's state with the kernel, and corrects the state. While an event is on its way, the two differ for a
 * moment. So a difference counts only if two checks see it and no step changed the jail in between.
 *
 * <p>The check takes the lock for one jail at a time, so that with thousands of jails a stop does not wait for all of them.
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
     * @param lock guards {@code jails}
     * @param signal makes the reconciler plan for a jail again; called under the lock
     */
    DriftCheck(Object lock, JailLifecycle kernel, ReconcilerState jails, Clock clock, Consumer<ManagedJail> signal) {
        this.lock = lock;
        this.kernel = kernel;
        this.jails = jails;
        this.clock = clock;
        this.signal = signal;
    }

    /** Returns how many times the state of a jail was corrected. */
    long corrected() {
        return corrected.get();
    }

    /** @return whether a jail differs for the first time, so that the next check must follow soon */
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
        // This agent did not start a jail that was not managed before the check.
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

    /** Returns whether a jail that is idle has something to do, after a jump of the clock or an earlier fault. */
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
                .log("the kernel shows {}, but the agent expected {}", actual, managed.state.observed());
        boolean hasEnded = actual.filter(ObservedJail::isRunning).isEmpty();
        JailState known = hasEnded ? managed.state.ended(Optional.empty(), clock.instant()) : managed.state;
        managed.state = known.showing(actual);
    }
}
