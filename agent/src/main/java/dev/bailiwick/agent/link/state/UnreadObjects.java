package dev.bailiwick.agent.link.state;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.report.Condition;
import java.time.Clock;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The objects that the server has sent and that this agent cannot read: definitions of jails, and objects of kinds that it does
 * not know.
 */
public final class UnreadObjects {

    private final Clock clock;
    private Left left = new Left(Set.of(), Set.of());
    private Optional<Condition> condition = Optional.empty();

    UnreadObjects(Clock clock) {
        this.clock = clock;
    }

    /**
     * @param jails whose latest definition cannot be read
     * @param kinds of objects that are not known
     */
    record Left(Set<JailId> jails, Set<String> kinds) {

        boolean isAny() {
            return !jails.isEmpty() || !kinds.isEmpty();
        }
    }

    /** Returns what will be unread after this commit. */
    Left after(AssembledCommit commit) {
        Set<JailId> jails = new HashSet<>();
        Set<String> kinds = new TreeSet<>(commit.unreadable().kinds());
        if (commit instanceof AssembledCommit.Delta(StateChange change, var _)) {
            jails.addAll(left.jails());
            change.changed().forEach(desired -> jails.remove(desired.id()));
            kinds.addAll(left.kinds());
        }
        commit.unreadable().jails().forEach(one -> jails.add(one.jail()));
        return new Left(jails, kinds);
    }

    /** Notes that the commit is stored. */
    void become(Left now) {
        if (!now.kinds().equals(left.kinds())) {
            condition = now.kinds().isEmpty() ? Optional.empty() : Optional.of(unknown(now.kinds()));
        }
        left = now;
    }

    private Condition unknown(Set<String> kinds) {
        return new Condition(
                "UnknownObjects",
                "the agent of this host does not know " + String.join(", ", kinds)
                        + " objects, and leaves them out; update the agent",
                clock.instant());
    }

    /** Returns the condition that reports objects of unknown kinds; empty if there are none. */
    Optional<Condition> condition() {
        return condition;
    }
}
