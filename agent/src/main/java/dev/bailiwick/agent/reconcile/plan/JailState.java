package dev.bailiwick.agent.reconcile.plan;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.kernel.ObservedJail;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the agent knows about one jail.
 *
 * @param observed the jail as the kernel last showed it; empty if nothing of it is left in the kernel
 * @param upkeep the upkeep of a running jail
 */
public record JailState(Optional<ObservedJail> observed, JailHistory history, Upkeep upkeep) {

    public static final JailState NOTHING = new JailState(Optional.empty(), JailHistory.NONE);

    /** Creates the state of a jail of which nothing is missing. */
    public JailState(Optional<ObservedJail> observed, JailHistory history) {
        this(observed, history, Upkeep.WHOLE);
    }

    boolean isRunning() {
        return observed.filter(ObservedJail::isRunning).isPresent();
    }

    public JailState remembering(JailHistory changed) {
        return new JailState(observed, changed, upkeep);
    }

    public JailState showing(Optional<ObservedJail> changed) {
        return new JailState(changed, history, upkeep);
    }

    public JailState keptUp(Upkeep changed) {
        return new JailState(observed, history, changed);
    }

    /** Marks a running jail for a check, because something that it needs may be gone. */
    public JailState suspected() {
        return isRunning() ? keptUp(upkeep.suspect()) : this;
    }

    /** Returns the state of a jail that an earlier agent started. If its init has ended, nobody saw it. */
    public JailState adopting(ObservedJail jail, Instant now) {
        Runs known = history.runs();
        Runs runs = jail.isRunning() ? known.started(jail.fingerprint()) : known.unseen(jail, now);
        return new JailState(Optional.of(jail), history.with(runs), upkeep);
    }

    /** Records that the init has ended. Does nothing if this is known already. */
    public JailState ended(Optional<Ending> ending, Instant now) {
        if (!isRunning()) {
            return this;
        }
        ObservedJail was = observed.orElseThrow();
        ObservedJail remains =
                new ObservedJail(was.id(), was.generation(), was.fingerprint(), OptionalInt.empty(), was.startedAt());
        Duration ranFor = Duration.between(was.startedAt(), now);
        boolean byItself = history.stopAskedAt().isEmpty()
                && ending.filter(how -> how instanceof Ending.Halted).isEmpty();
        Runs runs = byItself
                ? history.runs().ended(was, ending, now)
                : history.runs().stopped();
        JailHistory after = history.ended(ending, was.generation(), ranFor, now).with(runs);
        return new JailState(Optional.of(remains), after);
    }
}
