package dev.bailiwick.jail;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The difference between one desired state of a host and a later one.
 *
 * @param revision of the later state
 * @param changed jails that are new, differ from the earlier state, or are held differently
 * @param held those of the changed jails for which the host does not follow the server from now on
 * @param gone jails that the later state no longer names
 */
public record StateChange(long revision, List<Desired> changed, Map<JailId, Held> held, List<JailId> gone) {

    public StateChange {
        changed = List.copyOf(changed);
        held = Map.copyOf(held);
        gone = List.copyOf(gone);
    }

    /** A change in which no jail is held. */
    public StateChange(long revision, List<Desired> changed, List<JailId> gone) {
        this(revision, changed, Map.of(), gone);
    }

    public static StateChange between(DesiredState earlier, DesiredState later) {
        List<Desired> changed = new ArrayList<>();
        Map<JailId, Held> held = new TreeMap<>();
        int still = 0;
        for (Map.Entry<JailId, Desired> entry : later.jails().entrySet()) {
            JailId id = entry.getKey();
            Desired before = earlier.jails().get(id);
            Held hold = later.held().get(id);
            still += before == null ? 0 : 1;
            if (!entry.getValue().equals(before)
                    || (hold == null
                            ? earlier.held().containsKey(id)
                            : !hold.equals(earlier.held().get(id)))) {
                changed.add(entry.getValue());
                if (hold != null) {
                    held.put(id, hold);
                }
            }
        }
        List<JailId> gone = new ArrayList<>();
        if (still < earlier.jails().size()) {
            gone.addAll(earlier.jails().keySet());
            gone.removeAll(later.jails().keySet());
        }
        return new StateChange(later.revision(), changed, held, gone);
    }

    /** Whether it changes no jail. */
    public boolean isNothing() {
        return changed.isEmpty() && gone.isEmpty();
    }

    /** Applies this change to the jails of the earlier state, and to the held ones among them. */
    public void applyTo(Map<JailId, Desired> jails, Map<JailId, Held> holds) {
        for (JailId id : gone) {
            jails.remove(id);
            holds.remove(id);
        }
        for (Desired desired : changed) {
            jails.put(desired.id(), desired);
            Held hold = held.get(desired.id());
            if (hold == null) {
                holds.remove(desired.id());
            } else {
                holds.put(desired.id(), hold);
            }
        }
    }

    /** The later state. */
    public DesiredState upon(DesiredState earlier) {
        Map<JailId, Desired> jails = new TreeMap<>(earlier.jails());
        Map<JailId, Held> holds = new TreeMap<>(earlier.held());
        applyTo(jails, holds);
        return new DesiredState(revision, jails, holds);
    }
}
