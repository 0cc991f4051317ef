package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.kernel.ObservedJail;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is true of one jail as far as this agent knows.
 *
 * @param observed as the kernel showed it last; empty where nothing of it is left
 * @param upkeep of a running jail
 */
record JailState(Optional<ObservedJail> observed, JailHistory history, Upkeep upkeep) {

    static final JailState NOTHING = new JailState(Optional.empty(), JailHistory.NONE);

    /** A jail that lacks nothing. */
    JailState(Optional<ObservedJail> observed, JailHistory history) {
        this(observed, history, Upkeep.WHOLE);
    }

    boolean isRunning() {
        return observed.filter(ObservedJail::isRunning).isPresent();
    }

    JailState remembering(JailHistory changed) {
        return new JailState(observed, changed, upkeep);
    }

    JailState showing(Optional<ObservedJail> changed) {
        return new JailState(changed, history, upkeep);
    }

    JailState keptUp(Upkeep changed) {
        return new JailState(observed, history, changed);
    }

    /** Something that it needs may be gone. */
    JailState suspected() {
        return isRunning() ? keptUp(upkeep.suspect()) : this;
    }

    /** Its init has ended; does nothing where it was known to have ended. */
    JailState ended(Optional<Ending> ending, Instant now) {
        if (!isRunning()) {
            return this;
        }
        ObservedJail was = observed.orElseThrow();
        ObservedJail remains =
                new ObservedJail(was.id(), was.generation(), was.fingerprint(), OptionalInt.empty(), was.startedAt());
        Duration ranFor = Duration.between(was.startedAt(), now);
        return new JailState(Optional.of(remains), history.ended(ending, was.generation(), ranFor, now));
    }
}
