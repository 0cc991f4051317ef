package dev.bailiwick.agent.reconcile.plan;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.report.Condition;
import java.time.Instant;
import java.util.Optional;

/** The state that a jail should reach, as of one moment. */
public sealed interface Goal {

    /**
     * The jail should run.
     *
     * @param definition the definition without the overrides that have expired
     * @param expiry when the next override expires; then the jail has another goal
     * @param pathHeldBy a removed jail whose files at an overlapping path are not deleted yet
     */
    record Run(
            long generation,
            String fingerprint,
            JailDefinition definition,
            FilesClaim files,
            Optional<Instant> expiry,
            Optional<JailId> pathHeldBy)
            implements Goal {

        /** Returns whether the jail runs as this goal defines, with another generation perhaps. */
        boolean fits(ObservedJail jail) {
            return jail.fingerprint().equals(fingerprint)
                    || jail.fingerprint().equals(Fingerprint.withLimits(definition));
        }

        /** Returns why the running jail is stopped, to be started again. */
        Optional<Condition> restartReason(ObservedJail jail, Instant now) {
            if (fits(jail)) {
                return Optional.of(new Condition("StopBegun", "starts again once the current stop is done", now));
            }
            if (jail.generation() == generation) {
                return Optional.of(new Condition("OverrideExpired", "restarts because an override has expired", now));
            }
            if (isAskedFor(jail)) {
                return Optional.of(new Condition("RestartRequested", "restarts because a restart was requested", now));
            }
            String message = "restarts because generation " + generation + " differs from generation "
                    + jail.generation() + " in fields that a running jail cannot change";
            return Optional.of(new Condition("DefinitionChanged", message, now));
        }

        /** Returns whether the wanted definition differs from the running one only by one more restart. */
        private boolean isAskedFor(ObservedJail jail) {
            long incarnation = definition.incarnation();
            if (incarnation == 0) {
                return false;
            }
            JailDefinition before = definition.withIncarnation(incarnation - 1);
            return jail.fingerprint().equals(Fingerprint.of(before))
                    || jail.fingerprint().equals(Fingerprint.withLimits(before));
        }
    }

    /** The jail should have no process and nothing in the kernel. */
    record Stop(long generation, StopMethod method) implements Goal {}

    /**
     * The jail should be removed.
     *
     * @param stop how the jail is stopped if it still runs
     * @param owner the customer who gets the files if they stay; empty if the customer is unknown
     * @param pathNeededBy another jail that uses an overlapping path: because of it the files stay
     */
    record Remove(
            long generation,
            StopMethod stop,
            RootPath path,
            Base base,
            FilesFate files,
            String owner,
            Optional<JailId> pathNeededBy)
            implements Goal {}

    /** A running jail should stay as it is, because no desired state names it. */
    record Leave() implements Goal {}

    /** @param overlapping another jail with an overlapping path: {@link Run#pathHeldBy} or {@link Remove#pathNeededBy} */
    static Goal of(DesiredJail desired, Instant now, Optional<JailId> overlapping) {
        return switch (desired) {
            case DesiredJail.Present(
                    var id,
                    long generation,
                    JailDefinition definition,
                    var owner,
                    var network,
                    var files) ->
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
                    case STOPPED -> new Stop(generation, definition.stop());
                };
            case DesiredJail.Removed(
                    var id,
                    long generation,
                    RootPath path,
                    Base base,
                    FilesFate files,
                    var owner,
                    var stop) -> new Remove(generation, stop, path, base, files, owner, overlapping);
        };
    }

    /** Returns a text that is equal for two goals if the failures on the way to one also concern the other. */
    default String identity() {
        return switch (this) {
            case Run run -> "run " + run.generation() + " " + run.fingerprint();
            case Stop stop -> "stop " + stop.generation();
            case Remove remove -> "remove " + remove.generation();
            case Leave() -> "leave";
        };
    }
}
