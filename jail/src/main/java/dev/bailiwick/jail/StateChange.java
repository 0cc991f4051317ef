package dev.bailiwick.jail;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What makes one desired state of a host into a later one.
 *
 * @param revision of the later one
 * @param changed jails that the earlier one did not name, or named otherwise
 * @param gone jails that the later one names no longer
 */
public record StateChange(long revision, List<Desired> changed, List<JailId> gone) {

    public StateChange {
        changed = List.copyOf(changed);
        gone = List.copyOf(gone);
    }

    public static StateChange between(DesiredState earlier, DesiredState later) {
        List<Desired> changed = new ArrayList<>();
        int still = 0;
        for (Map.Entry<JailId, Desired> entry : later.jails().entrySet()) {
            Desired before = earlier.jails().get(entry.getKey());
            still += before == null ? 0 : 1;
            if (!entry.getValue().equals(before)) {
                changed.add(entry.getValue());
            }
        }
        List<JailId> gone = new ArrayList<>();
        if (still < earlier.jails().size()) {
            gone.addAll(earlier.jails().keySet());
            gone.removeAll(later.jails().keySet());
        }
        return new StateChange(later.revision(), changed, gone);
    }

    /** Whether it leaves all jails as they are. */
    public boolean isNothing() {
        return changed.isEmpty() && gone.isEmpty();
    }

    /** Makes this change to the jails of the earlier state. */
    public void applyTo(Map<JailId, Desired> jails) {
        gone.forEach(jails::remove);
        changed.forEach(desired -> jails.put(desired.id(), desired));
    }

    /** The later state. */
    public DesiredState upon(DesiredState earlier) {
        Map<JailId, Desired> jails = new TreeMap<>(earlier.jails());
        applyTo(jails);
        return new DesiredState(revision, jails);
    }
}
