package dev.bailiwick.agent.reconcile;

import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.Desired.FilesFate;
import dev.bailiwick.jail.DesiredState;
import dev.bailiwick.jail.JailId;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a new desired state makes of the one before it, where taking it by its letter could destroy what nobody meant to.
 *
 * <p>A tombstone is an order and is obeyed. A jail that has merely vanished, without a tombstone, is stopped and released
 * with its files kept, unless too many vanish at once: then it is kept as it was, with a condition. A revision that runs
 * backwards (a restored database) changes nothing.
 *
 * @param state what to work towards
 * @param conditions why a jail is not as the new state would have it
 */
record Succession(DesiredState state, Map<JailId, Condition> conditions) {

    /** This many running jails may always vanish at once. */
    static final int HARMLESS = 10;

    Succession {
        conditions = Map.copyOf(conditions);
    }

    /** @param running every jail that runs on this host now, wanted or not */
    static Succession of(DesiredState before, DesiredState next, Set<JailId> running, Instant now) {
        if (next.revision() < before.revision()) {
            return refused(before, next, now);
        }
        Map<JailId, Desired> jails = new TreeMap<>(next.jails());
        Map<JailId, Condition> conditions = new HashMap<>();
        Map<JailId, Desired.Kept> vanished = new HashMap<>();
        before.jails().forEach((id, desired) -> {
            if (jails.containsKey(id)) {
                return;
            }
            switch (desired) {
                case Desired.Removed removed -> jails.put(id, removed);
                case Desired.Kept kept -> vanished.put(id, kept);
            }
        });
        Set<JailId> lost = new HashSet<>(vanished.keySet());
        lost.retainAll(running);
        boolean tooMany = lost.size() > HARMLESS && lost.size() * 2 > running.size();
        vanished.forEach((id, kept) -> {
            jails.put(id, tooMany ? kept : removal(kept));
            if (tooMany) {
                conditions.put(id, massRemoval(lost.size(), running.size(), next.revision(), now));
            }
        });
        return new Succession(new DesiredState(next.revision(), jails), conditions);
    }

    private static Succession refused(DesiredState before, DesiredState next, Instant now) {
        String message = "kept as revision " + before.revision() + " of this host's desired state says: revision "
                + next.revision() + " came after it, as from a restored database";
        Map<JailId, Condition> conditions = new HashMap<>();
        before.jails().keySet().forEach(id -> conditions.put(id, new Condition("RevisionRanBackwards", message, now)));
        return new Succession(before, conditions);
    }

    private static Condition massRemoval(int lost, int running, long revision, Instant now) {
        String message = "kept as it was: revision " + revision + " of this host's desired state no longer names "
                + lost + " of " + running + " running jails and says of none that it was removed";
        return new Condition("MassRemovalRefused", message, now);
    }

    private static Desired.Removed removal(Desired.Kept kept) {
        return new Desired.Removed(
                kept.id(),
                kept.generation(),
                kept.definition().path(),
                kept.definition().base(),
                FilesFate.KEPT);
    }
}
