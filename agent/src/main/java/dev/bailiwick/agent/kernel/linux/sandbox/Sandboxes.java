package dev.bailiwick.agent.kernel.linux.sandbox;

import dev.bailiwick.agent.kernel.StepClock;
import dev.bailiwick.agent.kernel.linux.cgroup.Cgroups;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.ids.IdRanges;
import dev.bailiwick.agent.kernel.linux.network.JailLink;
import dev.bailiwick.agent.kernel.linux.network.JailNetwork;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.concurrent.CoalescingTask;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Gives each start its sandbox, and creates a few in advance for jails that are not known yet: what takes most of a start then
 * happens before it. A jail that has a range of ids already gets one that is made there and then.
 *
 * <p>Each has a thread for its parent (SpawnProgram): the kernel kills its process where that ends, as it does with the agent (prctl(2),
 * PR_SET_PDEATHSIG).
 */
public final class Sandboxes implements AutoCloseable {

    private static final int SPARES = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 4);

    private static final int PAUSE_MILLIS = 3;

    private final IdRanges ranges;
    private final Cgroups cgroups;
    private final JailNetwork network;
    private final Map<IdRange, Sandbox> spares = new ConcurrentHashMap<>();
    private final ScheduledExecutorService maker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("jail-spares").daemon().factory());
    /** In a moment: a jail that has just started has its work to do first. */
    private final CoalescingTask preparing;

    private volatile boolean closed;

    public Sandboxes(IdRanges ranges, Cgroups cgroups, JailNetwork network) {
        this.ranges = ranges;
        this.cgroups = cgroups;
        this.network = network;
        this.preparing = new CoalescingTask(this::inAMoment, this::prepareAll);
    }

    /**
     * The caller's to {@linkplain #retire retire}, or to close where it becomes no jail.
     *
     * @throws LinuxFailure naming the call that failed
     */
    public Sandbox take(JailId jail, StepClock clock) {
        IdRange range = ranges.rangeOf(jail);
        Sandbox spare = spares.remove(range);
        return spare != null ? spare : new Sandbox(range, cgroups, network, clock);
    }

    /** A new one, for a jail of which nothing is left of an earlier one. */
    public Sandbox create(JailId jail, StepClock clock) {
        return new Sandbox(ranges.rangeOf(jail), cgroups, network, clock);
    }

    /**
     * Something of what was made in advance for this range may be gone: if it is, what is left goes too, and another is made.
     *
     * @return false where no sandbox waits there for a jail
     */
    public boolean lost(IdRange range) {
        if (closed || !spares.containsKey(range)) {
            return false;
        }
        maker.execute(() -> dropIfDamaged(range));
        return true;
    }

    private void dropIfDamaged(IdRange range) {
        // The notification may be of the time when it was made.
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

    /** Closes one that has become a jail, and makes the next ones in advance; nobody waits for those. */
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
            spares.put(range.get(), new Sandbox(range.get(), cgroups, network, new StepClock()));
            // Only now: whoever gets the range finds the sandbox.
            ranges.offer(range.get());
            return true;
        } catch (RuntimeException e) {
            // The start that would have had it makes its own, and says what it met.
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
        // What has been put off for a moment would else still be done afterwards.
        closed = true;
        maker.execute(() -> spares.values().removeIf(spare -> {
            spare.close();
            discard(spare.range());
            return true;
        }));
        maker.close();
    }
}
