package dev.bailiwick.jail.desired;

import dev.bailiwick.jail.ObjectId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The difference between one desired state of a host and a later one.
 *
 * @param revision the revision of the later state
 * @param changed the objects that are new, differ from the earlier state, or are held differently
 * @param holds the changed objects for which the host does not follow the server from now on
 * @param gone the objects that the later state no longer contains
 */
public record StateChange(long revision, List<DesiredObject> changed, Map<ObjectId, Hold> holds, List<ObjectId> gone) {

    public StateChange {
        changed = List.copyOf(changed);
        holds = Map.copyOf(holds);
        gone = List.copyOf(gone);
    }

    /** Creates a change in which no object is held. */
    public StateChange(long revision, List<? extends DesiredObject> changed, List<? extends ObjectId> gone) {
        this(revision, List.copyOf(changed), Map.of(), List.copyOf(gone));
    }

    public static StateChange between(DesiredState earlier, DesiredState later) {
        List<DesiredObject> changed = new ArrayList<>();
        Map<ObjectId, Hold> holds = new TreeMap<>();
        int still = 0;
        for (Map.Entry<ObjectId, DesiredObject> entry : later.objects().entrySet()) {
            ObjectId id = entry.getKey();
            DesiredObject before = earlier.objects().get(id);
            Hold hold = later.holds().get(id);
            still += before == null ? 0 : 1;
            if (!entry.getValue().equals(before)
                    || (hold == null
                            ? earlier.holds().containsKey(id)
                            : !hold.equals(earlier.holds().get(id)))) {
                changed.add(entry.getValue());
                if (hold != null) {
                    holds.put(id, hold);
                }
            }
        }
        List<ObjectId> gone = new ArrayList<>();
        if (still < earlier.objects().size()) {
            gone.addAll(earlier.objects().keySet());
            gone.removeAll(later.objects().keySet());
        }
        return new StateChange(later.revision(), changed, holds, gone);
    }

    /** Returns whether it changes no object. */
    public boolean isNothing() {
        return changed.isEmpty() && gone.isEmpty();
    }

    /** Applies this change to the objects and the held objects of the earlier state. */
    public void applyTo(Map<ObjectId, DesiredObject> objects, Map<ObjectId, Hold> holds) {
        for (ObjectId id : gone) {
            objects.remove(id);
            holds.remove(id);
        }
        for (DesiredObject desired : changed) {
            objects.put(desired.id(), desired);
            Hold hold = this.holds.get(desired.id());
            if (hold == null) {
                holds.remove(desired.id());
            } else {
                holds.put(desired.id(), hold);
            }
        }
    }

    /** Returns the later state. */
    public DesiredState upon(DesiredState earlier) {
        Map<ObjectId, DesiredObject> objects = new TreeMap<>(earlier.objects());
        Map<ObjectId, Hold> holds = new TreeMap<>(earlier.holds());
        applyTo(objects, holds);
        return new DesiredState(revision, objects, holds);
    }
}
