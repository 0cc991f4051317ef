package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.Desired.FilesFate;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import java.time.Instant;
import java.util.Optional;

/** Where one jail is to come to, as of one moment. */
sealed interface Goal {

    /**
     * To run.
     *
     * @param definition without the overrides that have expired
     * @param expiry when the next override expires, and with it this goal
     * @param pathHeldBy a removed jail whose files at an overlapping path are still to be deleted
     */
    record Run(
            long generation,
            String fingerprint,
            JailDefinition definition,
            FilesClaim files,
            Optional<Instant> expiry,
            Optional<JailId> pathHeldBy)
            implements Goal {}

    /** To have no process and hold nothing in the kernel. */
    record Stop(long generation) implements Goal {}

    /**
     * To be gone.
     *
     * @param owner whose the files are if they stay; empty where that is not known
     * @param pathNeededBy a jail that is kept and whose path overlaps: then the files stay
     */
    record Remove(
            long generation, RootPath path, Base base, FilesFate files, String owner, Optional<JailId> pathNeededBy)
            implements Goal {}

    /** To stay whatever it is: nobody said what it should be. */
    record Leave() implements Goal {}

    /** @param overlapping the jail in whose way this one's path is, see the parameters of {@link Run} and {@link Remove} */
    static Goal of(Desired desired, Instant now, Optional<JailId> overlapping) {
        return switch (desired) {
            case Desired.Kept(var id, long generation, JailDefinition definition, var owner, var files) ->
                switch (definition.wanted()) {
                    case RUNNING -> {
                        JailDefinition effective = EffectiveDefinition.at(now, definition);
                        yield new Run(
                                generation,
                                Fingerprint.of(effective),
                                effective,
                                new FilesClaim(owner, files.previous(), files.firstHostId()),
                                EffectiveDefinition.nextExpiry(effective),
                                overlapping);
                    }
                    case STOPPED -> new Stop(generation);
                };
            case Desired.Removed(var id, long generation, RootPath path, Base base, FilesFate files, var owner) ->
                new Remove(generation, path, base, files, owner, overlapping);
        };
    }

    /** Equal for two goals where what went wrong on the way to one still stands in the way of the other. */
    default String identity() {
        return switch (this) {
            case Run run -> "run " + run.generation() + " " + run.fingerprint();
            case Stop stop -> "stop " + stop.generation();
            case Remove remove -> "remove " + remove.generation();
            case Leave() -> "leave";
        };
    }
}
