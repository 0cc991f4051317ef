package dev.bailiwick.agent.reconcile.plan;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.reconcile.EndedRuns;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The runs of a jail, as far as its restart policy needs them.
 *
 * @param inARow the number of runs in a row that ended by themselves, before the current one
 * @param last the run that has ended; empty while the jail runs, and after an end that was asked for
 * @param recorded the run in the {@link EndedRuns}
 */
public record Runs(int inARow, Optional<EndedRun> last, Optional<EndedRun> recorded) {

    public static final Runs NONE = new Runs(0, Optional.empty(), Optional.empty());

    /** Returns what an agent knows when it begins. */
    public static Runs found(Optional<EndedRun> recorded) {
        return new Runs(0, recorded, recorded);
    }

    /** Records an end that nobody saw, unless the record has the run. It counts as early, unless the jail may have run well before it. */
    Runs unseen(ObservedJail remains, Instant now) {
        boolean isKnown = last.filter(run -> run.generation() == remains.generation()
                        && (run.isUnseen() || remains.startedAt().isBefore(run.at())))
                .isPresent();
        if (isKnown) {
            return this;
        }
        Runs started = started(remains.fingerprint());
        boolean isEarly = Duration.between(remains.startedAt(), now).compareTo(Backoff.STABLE) < 0;
        int number = isEarly ? started.inARow + 1 : 1;
        EndedRun run = EndedRun.unseen(remains.generation(), remains.fingerprint(), now, number);
        return new Runs(number, Optional.of(run), recorded);
    }

    public Runs started(String fingerprint) {
        boolean goesOn =
                last.filter(run -> run.fingerprint().equals(fingerprint)).isPresent();
        return new Runs(goesOn ? inARow : 0, Optional.empty(), recorded);
    }

    /** Records an end that nobody asked for. A reboot from inside does not count, unless it comes soon after the start. */
    Runs ended(ObservedJail was, Optional<Ending> ending, Instant now) {
        Duration ranFor = Duration.between(was.startedAt(), now);
        boolean isReboot = ending.filter(how -> how instanceof Ending.Rebooted).isPresent()
                && ranFor.compareTo(Backoff.REBOOTS_APART) >= 0;
        int number = isReboot ? inARow : ranFor.compareTo(Backoff.STABLE) >= 0 ? 1 : inARow + 1;
        EndedRun run = new EndedRun(was.generation(), was.fingerprint(), ending, ranFor, now, number);
        return new Runs(number, Optional.of(run), recorded);
    }

    /** Records an end that was asked for. */
    Runs stopped() {
        return new Runs(0, Optional.empty(), recorded);
    }

    Runs recording(EndedRun run) {
        return new Runs(inARow, last, Optional.of(run));
    }

    /** Returns whether no run is remembered: the jail has run well, or has never run. */
    boolean isNothing() {
        return last.isEmpty() && recorded.isEmpty();
    }
}
