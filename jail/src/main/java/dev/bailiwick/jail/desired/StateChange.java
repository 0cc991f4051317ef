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
 * @param held the changed objects for which the host does not follow the server from now on
 * @param gone the objects that the later state no longer contains
 */
public record StateChange(long revision, List<DesiredObject> changed, Map<ObjectId, Held> held, List<ObjectId> gone) {

    public StateChange {
        changed = List.copyOf(changed);
        held = Map.copyOf(held);
        gone = List.copyOf(gone);
    }

    /** Creates a change in which no object is held. */
    public StateChange(long revision, List<? extends DesiredObject> changed, List<? extends ObjectId> gone) {
        this(revision, List.copyOf(changed), Map.of(), List.copyOf(gone));
    }

    public static StateChange between(DesiredState earlier, DesiredState later) {
        List<DesiredObject> changed = new ArrayList<>();
        Map<ObjectId, Held> held = new TreeMap<>();
        int still = 0;
        for (Map.Entry<ObjectId, DesiredObject> entry : later.objects().entrySet()) {
            ObjectId id = entry.getKey();
            DesiredObject before = earlier.objects().get(id);
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
        List<ObjectId> gone = new ArrayList<>();
        if (still < earlier.objects().size()) {
            gone.addAll(earlier.objects().keySet());
            gone.removeAll(later.objects().keySet());
        }
        return new StateChange(later.revision(), changed, held, gone);
    }

    /** Returns whether it changes no object. */
    public boolean isNothing() {
        return changed.isEmpty() && gone.isEmpty();
    }

    /** Applies this change to the objects and the held objects of the earlier state. */
    public void applyTo(Map<ObjectId, DesiredObject> objects, Map<ObjectId, Held> holds) {
        for (ObjectId id : gone) {
            objects.remove(id);
            holds.remove(id);
        }
        for (DesiredObject desired : changed) {
            objects.put(desired.id(), desired);
            Held hold = held.get(desired.id());
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
        Map<ObjectId, Held> holds = new TreeMap<>(earlier.held());
        applyTo(objects, holds);
        return new DesiredState(revision, objects, holds);
    }
}
