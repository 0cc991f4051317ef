package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.jail.DesiredState;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Report;
import dev.bailiwick.jail.StateChange;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the kernel match the desired state, one run at a time for each jail and different jails side by side. What is
 * wanted, ends of jails and times only signal a run; signals collapse, since a run looks at everything anew: it plans one
 * step, does it, reports, and plans again until there is nothing to do.
 *
 * <p>INVARIANT: a jail's state is changed by its run alone, or under the lock while no run has it. The one lock is this
 * object's, held for planning and never for a native call.
 */
public final class Reconciler implements AutoCloseable {

    /** How often the kernel is looked at although it said nothing. */
    static final Duration OBSERVE_EVERY = Duration.ofSeconds(30);

    /** How soon it is looked at again where it differed from what it had said. */
    static final Duration CONFIRM_AFTER = Duration.ofSeconds(2);

    private static final Duration AFTER_FAULT = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

    private final JailKernel kernel;
    private final Clock clock;
    private final Workers workers;
    private final StepRunner stepRunner;
    private final Reports reports = new Reports();
    private final AtomicLong corrected = new AtomicLong();
    private final Book book = new Book();

    Reconciler(JailKernel kernel, Clock clock, Workers workers) {
        this.kernel = kernel;
        this.clock = clock;
        this.workers = workers;
        this.stepRunner = new StepRunner(kernel, clock);
    }

    /** A reconciler with threads of its own. */
    public static Reconciler on(JailKernel kernel, Clock clock) {
        return new Reconciler(kernel, clock, PlatformWorkers.forThisMachine(clock));
    }

    /**
     * Adopts the jails that run already and works towards {@code initial}. Called once, before {@link #accept}.
     *
     * @param initial gives the last desired state known to be accepted, {@link DesiredState#NONE} where there is none; asked
     *     once the jails are adopted, since it may still be on its way
     * @param reader told what is true, from several threads, for one jail in order; must not block
     */
    public void start(Supplier<DesiredState> initial, Consumer<Report> reader) {
        reports.readBy(reader);
        kernel.onEnd(this::ended);
        kernel.onDamage(this::damaged);
        synchronized (this) {
            for (ObservedJail jail : kernel.observe()) {
                book.track(jail.id()).state = JailState.NOTHING.showing(Optional.of(jail));
            }
            List<JailId> adopted = book.all().stream().map(track -> track.id).toList();
            int found = adopted.size();
            // Not now: of a thousand it takes a while, and what was gone has been for longer.
            workers.at(clock.instant().plus(CONFIRM_AFTER), () -> adopted.forEach(this::damaged));
            DesiredState wanted = initial.get();
            own(book.accept(StateChange.between(DesiredState.NONE, wanted), clock.instant()));
            // Beside what comes next, which need not wait until the last of a thousand is planned for.
            List<JailTrack> all = book.all();
            workers.submit(Lane.PROMPT, Workers.NOBODY, () -> all.forEach(this::attend));
            log.atInfo()
                    .addKeyValue("found", found)
                    .addKeyValue("revision", wanted.revision())
                    .log("reconciling");
        }
        observeAt(clock.instant().plus(OBSERVE_EVERY));
    }

    /** Works towards what this makes of the state that was accepted last; returns at once. It is durable already. */
    public synchronized void accept(StateChange change) {
        List<JailTrack> changed = book.accept(change, clock.instant());
        own(changed);
        changed.forEach(this::attend);
    }

    /** All of them before anything is done about one: with half of them known, the others would be cut off from each other meanwhile. */
    private void own(List<JailTrack> tracks) {
        tracks.stream().filter(JailTrack::isKept).forEach(track -> kernel.own(track.id, track.owner()));
    }

    private synchronized void attend(JailTrack track) {
        if (!book.holds(track)) {
            return;
        }
        if (isOver(track) && track.attention == JailTrack.Attention.IDLE) {
            forget(track);
        } else {
            signal(track);
        }
    }

    /** How often the kernel turned out to differ from what it had said before. */
    public long correctedInconsistencies() {
        return corrected.get();
    }

    /** Stops working; the jails stay as they are. */
    @Override
    public void close() {
        workers.close();
    }

    private synchronized void ended(JailEnd end) {
        book.find(end.jail()).ifPresent(track -> {
            track.ends.add(end);
            signal(track);
        });
    }

    /** Something that this jail needs may be gone. */
    private synchronized void damaged(JailId jail) {
        book.find(jail).ifPresent(track -> {
            track.damaged = true;
            signal(track);
        });
    }

    private void signal(JailTrack track) {
        track.signalled = true;
        track.changes++;
        if (track.attention == JailTrack.Attention.TAKEN || !book.holds(track)) {
            return;
        }
        track.attention = JailTrack.Attention.TAKEN;
        hear(track);
        Lane lane = Lane.of(book.plan(track, clock.instant()).step());
        workers.submit(lane, track.owner(), () -> run(track, lane));
    }

    private enum Turn {
        AGAIN,
        OVER
    }

    private void run(JailTrack track, Lane lane) {
        boolean done = false;
        try {
            Turn turn = Turn.AGAIN;
            while (turn == Turn.AGAIN) {
                turn = turn(track, lane);
            }
            done = true;
        } finally {
            AtWork.end();
            if (!done) {
                recover(track);
            }
        }
    }

    private Turn turn(JailTrack track, Lane lane) {
        Plan plan;
        Report report;
        JailState state;
        Duration waited;
        String owner;
        synchronized (this) {
            track.signalled = false;
            hear(track);
            plan = book.plan(track, clock.instant());
            book.enter(track, plan.phase()).forEach(this::signal);
            state = track.state;
            report = report(track, plan);
            owner = track.owner();
            waited = track.wantedAt
                    .map(wanted -> Duration.between(wanted, clock.instant()))
                    .orElse(Duration.ZERO);
        }
        AtWork.on(track.id, plan.generation());
        reports.offer(report);
        if (plan.step().isEmpty()) {
            return rest(track, plan);
        }
        Lane needed = Lane.of(plan.step());
        if (needed != lane) {
            workers.submit(needed, owner, () -> run(track, needed));
            return Turn.OVER;
        }
        JailState after = stepRunner.run(track.id, plan.step().get(), state, waited);
        synchronized (this) {
            track.state = after;
            track.wantedAt = Optional.empty();
            track.suspect = false;
            track.changes++;
        }
        return Turn.AGAIN;
    }

    /** Takes in the ends and losses told of since; that of an init already known to have ended says nothing new. */
    private void hear(JailTrack track) {
        for (JailEnd end = track.ends.poll(); end != null; end = track.ends.poll()) {
            track.state = track.state.ended(end.ending(), clock.instant());
            track.suspect = false;
        }
        if (track.damaged) {
            track.damaged = false;
            track.state = track.state.suspected();
        }
    }

    private synchronized Turn rest(JailTrack track, Plan plan) {
        if (track.signalled) {
            return Turn.AGAIN;
        }
        track.attention = JailTrack.Attention.IDLE;
        if (isOver(track)) {
            forget(track);
            return Turn.OVER;
        }
        plan.wakeAt().ifPresent(at -> wake(track, at));
        return Turn.OVER;
    }

    private static boolean isOver(JailTrack track) {
        return track.desired == null && track.state.observed().isEmpty();
    }

    private void forget(JailTrack track) {
        book.forget(track);
        reports.forget(track.id);
    }

    private void wake(JailTrack track, Instant at) {
        if (track.wakeAt.filter(pending -> !pending.isAfter(at)).isPresent()) {
            return;
        }
        track.wakeAt = Optional.of(at);
        workers.at(at, () -> woken(track, at));
    }

    private synchronized void woken(JailTrack track, Instant at) {
        if (track.wakeAt.equals(Optional.of(at))) {
            track.wakeAt = Optional.empty();
            signal(track);
        }
    }

    /** An error went through a run: the jail must not stay taken for ever. */
    private synchronized void recover(JailTrack track) {
        track.attention = JailTrack.Attention.IDLE;
        wake(track, clock.instant().plus(AFTER_FAULT));
    }

    private Report report(JailTrack track, Plan plan) {
        return new Report(
                track.id,
                plan.generation(),
                plan.phase(),
                track.state.observed().map(ObservedJail::initPid).orElse(OptionalInt.empty()),
                track.state.history().restarts(),
                track.with(plan.conditions()),
                track.state.history().steps().timings(),
                clock.instant(),
                kernel.firstHostId(track.id));
    }

    private void observeAt(Instant when) {
        workers.at(when, this::observeAgain);
    }

    /**
     * Compares the kernel with the book. What an event is still under way about differs for a moment, so a difference
     * counts where it is seen twice and nothing was done to the jail between.
     */
    private void observeAgain() {
        Instant next = clock.instant().plus(OBSERVE_EVERY);
        try {
            Map<JailId, Long> before = new HashMap<>();
            synchronized (this) {
                book.all().forEach(track -> before.put(track.id, track.changes));
            }
            Map<JailId, ObservedJail> seen = new HashMap<>();
            kernel.observe().forEach(jail -> seen.put(jail.id(), jail));
            if (compare(before, seen)) {
                next = clock.instant().plus(CONFIRM_AFTER);
            }
            kernel.inspect();
        } finally {
            observeAt(next);
        }
    }

    /**
     * Takes the lock for one jail at a time: with thousands of them, who stops one does not wait for all.
     *
     * @return whether something differs that is to be looked at again
     */
    private boolean compare(Map<JailId, Long> before, Map<JailId, ObservedJail> seen) {
        boolean suspicious = false;
        Set<JailId> ids = new HashSet<>(before.keySet());
        ids.addAll(seen.keySet());
        for (JailId id : ids) {
            suspicious |= compare(id, Optional.ofNullable(before.get(id)), Optional.ofNullable(seen.get(id)));
        }
        return suspicious;
    }

    private synchronized boolean compare(JailId id, Optional<Long> before, Optional<ObservedJail> actual) {
        if (before.isPresent() && book.find(id).isEmpty()) {
            return false;
        }
        JailTrack track = book.track(id);
        // Nobody but this agent starts a jail that is in its book; what is not can only be a stranger.
        track.suspect |= before.isEmpty();
        boolean still = track.attention == JailTrack.Attention.IDLE && track.changes == before.orElse(0L);
        if (!still || Book.agrees(track, actual)) {
            track.suspect = false;
        } else if (track.suspect) {
            correct(track, actual);
            signal(track);
        } else {
            track.suspect = true;
            return true;
        }
        if (track.attention == JailTrack.Attention.IDLE && isUndone(track)) {
            signal(track);
        }
        return false;
    }

    /** What a jump of the clock has brought about, or an earlier fault has left. */
    private boolean isUndone(JailTrack track) {
        Plan plan = book.plan(track, clock.instant());
        return plan.step().isPresent()
                || plan.phase() != track.phase
                || (plan.wakeAt().isPresent() && track.wakeAt.isEmpty())
                || isOver(track);
    }

    private void correct(JailTrack track, Optional<ObservedJail> actual) {
        track.suspect = false;
        corrected.incrementAndGet();
        log.atWarn()
                .addKeyValue("jail", track.id)
                .log("the kernel shows {} where {} was known", actual, track.state.observed());
        boolean hasEnded = actual.filter(ObservedJail::isRunning).isEmpty();
        JailState known = hasEnded ? track.state.ended(Optional.empty(), clock.instant()) : track.state;
        track.state = known.showing(actual);
    }
}
