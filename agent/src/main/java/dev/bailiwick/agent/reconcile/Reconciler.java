package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.HostFloor;
import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.reconcile.plan.JailState;
import dev.bailiwick.agent.reconcile.plan.Plan;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.report.Report;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the kernel match the desired state. Each jail has at most one run at a time; the runs of different jails are concurrent. A
 * run plans one step, reports, does the step, and plans again until there is nothing to do. A change of the desired state, the end
 * of a jail and the end of a wait only signal a run. Several signals need only one run, because it looks at everything again.
 *
 * <p>INVARIANT: only its run changes a jail's state, or a thread with the lock while the jail has no run. The only lock is this
 * object's. It is held for planning and never during a native call.
 */
public final class Reconciler implements AutoCloseable {

    /** How often the drift check runs. */
    static final Duration OBSERVE_EVERY = Duration.ofSeconds(30);

    /** How soon the next drift check runs after one that found a difference. */
    static final Duration CONFIRM_AFTER = Duration.ofSeconds(2);

    private static final Duration AFTER_FAULT = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

    private final JailKernel kernel;
    private final Clock clock;
    private final Workers workers;
    private final StepRunner stepRunner;
    private final Reports reports = new Reports();
    private final ReconcilerState jails;
    private final DriftCheck driftCheck;

    Reconciler(
            JailKernel kernel, HostFloor floor, EndedRuns endedRuns, LastEnds lastEnds, Clock clock, Workers workers) {
        this.kernel = kernel;
        this.jails = new ReconcilerState(endedRuns, lastEnds, clock);
        this.clock = clock;
        this.workers = workers;
        this.stepRunner = new StepRunner(kernel, floor, endedRuns, lastEnds, clock);
        this.driftCheck = new DriftCheck(this, kernel, jails, clock, this::signal);
    }

    /**
     * Creates a reconciler with threads of its own.
     *
     * @param floor calls for which this host permits no more than the profile hosting; a jail that asks for more is not started
     */
    public static Reconciler on(
            JailKernel kernel, HostFloor floor, EndedRuns endedRuns, LastEnds lastEnds, Clock clock) {
        return new Reconciler(kernel, floor, endedRuns, lastEnds, clock, PlatformWorkers.forThisMachine(clock));
    }

    /**
     * Adopts the jails that already run, and works towards {@code initial}. Called once, before {@link #accept}.
     *
     * @param initial returns the last stored desired state, or {@link DesiredState#NONE}; called after the adoption, because
     *     another thread may still be reading the state
     * @param reader gets the reports, from several threads, but those of one jail in order; must not block
     */
    public void start(Supplier<DesiredState> initial, Consumer<Report> reader) {
        reports.readBy(reader);
        kernel.onEnd(end -> heard(end.jail(), managed -> managed.ends.add(end)));
        kernel.onDamage(this::damaged);
        kernel.onOomKills((jail, kills) -> heard(jail, managed -> managed.oomKills = Optional.of(kills)));
        synchronized (this) {
            for (ObservedJail jail : kernel.observe()) {
                ManagedJail managed = jails.manage(jail.id());
                managed.state = managed.state.adopting(jail, clock.instant());
            }
            List<JailId> adopted =
                    jails.all().stream().map(managed -> managed.id).toList();
            int found = adopted.size();
            // Later: to check a thousand jails takes a while, and what is missing has been missing for longer.
            workers.at(clock.instant().plus(CONFIRM_AFTER), () -> adopted.forEach(this::damaged));
            DesiredState wanted = initial.get();
            own(jails.accept(StateChange.between(DesiredState.NONE, wanted), clock.instant()));
            // On another thread, so that the start need not wait until a thousand jails are planned for.
            List<ManagedJail> all = jails.all();
            jails.forgetOtherEnds();
            workers.submit(WorkClass.PROMPT, Workers.NOBODY, () -> all.forEach(this::attend));
            log.atInfo()
                    .addKeyValue("found", found)
                    .addKeyValue("revision", wanted.revision())
                    .log("reconciling");
        }
        observeAt(clock.instant().plus(OBSERVE_EVERY));
    }

    /** Works towards the state after {@code change}, and returns at once. The caller has stored the change already. */
    public synchronized void accept(StateChange change) {
        List<ManagedJail> changed = jails.accept(change, clock.instant());
        own(changed);
        changed.forEach(this::attend);
    }

    /**
     * Sets the owner of each changed jail in the kernel, before any step is done for one of them: otherwise jails of one customer could
     * not reach each other until the last of them has its owner.
     */
    private void own(List<ManagedJail> changed) {
        changed.forEach(managed -> managed.own(kernel));
    }

    private synchronized void attend(ManagedJail managed) {
        if (!jails.holds(managed)) {
            return;
        }
        if (managed.isOver() && managed.attention == ManagedJail.Attention.IDLE) {
            forget(managed);
        } else {
            signal(managed);
        }
    }

    /** Returns how many times the drift check corrected the state of a jail. */
    public long correctedInconsistencies() {
        return driftCheck.corrected();
    }

    /** Stops the workers; the jails stay as they are. */
    @Override
    public void close() {
        workers.close();
    }

    /** Signals that something that this jail needs may be gone. */
    private void damaged(JailId jail) {
        heard(jail, managed -> managed.damaged = true);
    }

    /** Notes what the kernel reports of a jail, and signals it. */
    private synchronized void heard(JailId jail, Consumer<ManagedJail> note) {
        jails.find(jail).ifPresent(managed -> {
            note.accept(managed);
            signal(managed);
        });
    }

    private void signal(ManagedJail managed) {
        managed.signalled = true;
        managed.changes++;
        if (managed.attention == ManagedJail.Attention.TAKEN || !jails.holds(managed)) {
            return;
        }
        managed.attention = ManagedJail.Attention.TAKEN;
        hear(managed);
        WorkClass workClass = WorkClass.of(jails.plan(managed, clock.instant()).step());
        workers.submit(workClass, managed.owner(), () -> run(managed, workClass));
    }

    private enum Progress {
        AGAIN,
        OVER
    }

    private void run(ManagedJail managed, WorkClass workClass) {
        boolean done = false;
        try {
            Progress progress = Progress.AGAIN;
            while (progress == Progress.AGAIN) {
                progress = advance(managed, workClass);
            }
            done = true;
        } finally {
            LogContext.end();
            if (!done) {
                recover(managed);
            }
        }
    }

    private Progress advance(ManagedJail managed, WorkClass workClass) {
        Plan plan;
        Report report;
        JailState state;
        Duration waited;
        String owner;
        String goal;
        synchronized (this) {
            managed.signalled = false;
            hear(managed);
            plan = jails.plan(managed, clock.instant());
            jails.enter(managed, plan.phase()).forEach(this::signal);
            state = managed.state;
            report = Reports.of(managed, plan, clock.instant(), kernel.firstHostId(managed.id));
            owner = managed.owner();
            goal = managed.goal;
            waited = managed.wantedAt
                    .map(wanted -> Duration.between(wanted, clock.instant()))
                    .orElse(Duration.ZERO);
        }
        LogContext.on(managed.id, plan.generation());
        reports.offer(report);
        if (plan.step().isEmpty()) {
            return rest(managed, plan);
        }
        WorkClass needed = WorkClass.of(plan.step());
        if (needed != workClass) {
            workers.submit(needed, owner, () -> run(managed, needed));
            return Progress.OVER;
        }
        JailState after = stepRunner.run(managed.id, goal, plan.step().get(), state, waited);
        synchronized (this) {
            managed.state = after;
            managed.wantedAt = Optional.empty();
            managed.suspect = false;
            managed.changes++;
        }
        return Progress.AGAIN;
    }

    /** Updates the jail's state with the ends and losses that were reported since the last call. */
    private void hear(ManagedJail managed) {
        for (JailEnd end = managed.ends.poll(); end != null; end = managed.ends.poll()) {
            managed.state = managed.state.ended(end.ending(), clock.instant());
            managed.suspect = false;
        }
        if (managed.damaged) {
            managed.damaged = false;
            managed.state = managed.state.suspected();
        }
    }

    private synchronized Progress rest(ManagedJail managed, Plan plan) {
        if (managed.signalled) {
            return Progress.AGAIN;
        }
        managed.attention = ManagedJail.Attention.IDLE;
        if (managed.isOver()) {
            forget(managed);
            return Progress.OVER;
        }
        plan.wakeAt().ifPresent(at -> wake(managed, at));
        return Progress.OVER;
    }

    private void forget(ManagedJail managed) {
        jails.forget(managed);
        reports.forget(managed.id);
    }

    private void wake(ManagedJail managed, Instant at) {
        if (managed.wakeAt.filter(pending -> !pending.isAfter(at)).isPresent()) {
            return;
        }
        managed.wakeAt = Optional.of(at);
        workers.at(at, () -> woken(managed, at));
    }

    private synchronized void woken(ManagedJail managed, Instant at) {
        if (managed.wakeAt.equals(Optional.of(at))) {
            managed.wakeAt = Optional.empty();
            signal(managed);
        }
    }

    /** Makes a jail whose run threw an error idle again, and plans for it again later. */
    private synchronized void recover(ManagedJail managed) {
        managed.attention = ManagedJail.Attention.IDLE;
        wake(managed, clock.instant().plus(AFTER_FAULT));
    }

    private void observeAt(Instant when) {
        workers.at(when, this::observeAgain);
    }

    /** Runs the drift check and the kernel's own inspection, and schedules the next ones. */
    private void observeAgain() {
        Instant next = clock.instant().plus(OBSERVE_EVERY);
        try {
            if (driftCheck.run()) {
                next = clock.instant().plus(CONFIRM_AFTER);
            }
            kernel.inspect();
        } finally {
            observeAt(next);
        }
    }
}
