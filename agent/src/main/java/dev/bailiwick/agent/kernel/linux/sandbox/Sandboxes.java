package dev.bailiwick.agent.kernel.linux.sandbox;

import dev.bailiwick.agent.kernel.StepClock;
import dev.bailiwick.agent.kernel.linux.cgroup.Cgroups;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.ids.IdRanges;
import dev.bailiwick.agent.kernel.linux.network.JailLink;
import dev.bailiwick.agent.kernel.linux.network.JailNetwork;
import dev.bailiwick.agent.kernel.linux.root.Lxcfs;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.concurrent.CoalescingTask;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Provides each start with a sandbox, and creates a few in advance for future jails, so that most of a start's work happens before it. A
 * jail that already has a range of ids gets a sandbox that is created at that moment.
 *
 * <p>Each sandbox process has its own parent thread (SpawnProgram). The kernel kills the process when that thread ends, for example with
 * the agent (prctl(2), PR_SET_PDEATHSIG).
 */
public final class Sandboxes implements AutoCloseable {

    private static final int SPARES = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 4);

    private static final int PAUSE_MILLIS = 3;

    private final IdRanges ranges;
    private final Cgroups cgroups;
    private final JailNetwork network;
    private final Lxcfs lxcfs;
    private final Map<IdRange, Sandbox> spares = new ConcurrentHashMap<>();
    private final ScheduledExecutorService maker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("jail-spares").daemon().factory());
    /** Runs after a short pause: a jail that has just started does its own work first. */
    private final CoalescingTask preparing;

    private volatile boolean closed;

    public Sandboxes(IdRanges ranges, Cgroups cgroups, JailNetwork network, Lxcfs lxcfs) {
        this.ranges = ranges;
        this.cgroups = cgroups;
        this.network = network;
        this.lxcfs = lxcfs;
        this.preparing = new CoalescingTask(this::inAMoment, this::prepareAll);
    }

    /**
     * Returns a sandbox for the jail. The caller must {@linkplain #retire retire} it, or close it if it does not become a jail.
     *
     * @throws LinuxFailure if a call failed; names the call
     */
    public Sandbox take(JailId jail, StepClock clock) {
        IdRange range = ranges.rangeOf(jail);
        Sandbox spare = spares.remove(range);
        if (spare == null) {
            return new Sandbox(range, cgroups, network, lxcfs, clock);
        }
        spare.renewFigures(lxcfs);
        return spare;
    }

    /** Creates a new sandbox, for a jail whose earlier sandbox has been removed completely. */
    public Sandbox create(JailId jail, StepClock clock) {
        return new Sandbox(ranges.rangeOf(jail), cgroups, network, lxcfs, clock);
    }

    /**
     * Checks the sandbox that was created in advance for this range, because a part of it may be missing. If so, removes the rest and
     * creates another.
     *
     * @return false if no sandbox waits there for a jail
     */
    public boolean lost(IdRange range) {
        if (closed || !spares.containsKey(range)) {
            return false;
        }
        maker.execute(() -> dropIfDamaged(range));
        return true;
    }

    private void dropIfDamaged(IdRange range) {
        // The notification may date from the sandbox's creation.
        if (JailLink.isUp(range) || !ranges.withdraw(range)) {
            return;
        }
        Sandbox spare = spares.remove(range);
        if (spare != null) {
            spare.close();
            discard(range);
        }
        preparing.request();
    }

    /** Closes a sandbox that has become a jail, and creates the next ones in advance, in the background. */
    public void retire(Sandbox sandbox) {
        sandbox.close();
        preparing.request();
    }

    private void inAMoment(Runnable work) {
        var _ = maker.schedule(work, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void prepareAll() {
        boolean made = true;
        while (made && !closed && spares.size() < SPARES) {
            made = prepareOne();
        }
    }

    private boolean prepareOne() {
        Optional<IdRange> range = ranges.holdBack();
        if (range.isEmpty()) {
            return false;
        }
        try {
            spares.put(range.get(), new Sandbox(range.get(), cgroups, network, lxcfs, new StepClock()));
            // Only now: a jail that gets the range must find the sandbox.
            ranges.offer(range.get());
            return true;
        } catch (RuntimeException e) {
            // The start that would have used this sandbox creates its own, and reports the same failure.
            discard(range.get());
            return false;
        }
    }

    private void discard(IdRange range) {
        network.disconnect(range);
        cgroups.remove(range);
        ranges.giveBack(range);
    }

    @Override
    public void close() {
        // Otherwise a postponed task would still run afterwards.
        closed = true;
        maker.execute(() -> spares.values().removeIf(spare -> {
            spare.close();
            discard(spare.range());
            return true;
        }));
        maker.close();
    }
}
