package dev.bailiwick.agent.link.state;

import dev.bailiwick.agent.link.state.Lineage.Origin;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.DesiredObject;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.jail.desired.Hold.Kind;
import dev.bailiwick.jail.desired.StateChange;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The transition of this host to a desired state that the server sends. A server that was restored from a backup has lost changes,
 * so this host does not follow it blindly.
 *
 * <p>A tombstone is an order, and the host obeys it. A jail stays as it is if the server's state does not name it, if the host has
 * a later definition, or if its definition changed after the server's history and the host's parted. A jail that was removed here
 * stays removed. Each such jail is held until the server sends a generation above {@link Hold#above}, which happens only after an
 * operator's decision.
 */
final class DesiredStateTransition {

    private final Map<ObjectId, DesiredObject> hasNow;
    private final Map<ObjectId, Hold> holdsNow;
    private final Lineage lineage;
    private final Origin origin;
    private final Map<ObjectId, DesiredObject> objects = new TreeMap<>();
    private final Map<ObjectId, Hold> holds = new TreeMap<>();

    private DesiredStateTransition(
            Map<ObjectId, DesiredObject> hasNow, Map<ObjectId, Hold> holdsNow, Lineage lineage, Origin origin) {
        this.hasNow = hasNow;
        this.holdsNow = holdsNow;
        this.lineage = lineage;
        this.origin = origin;
    }

    /** Returns the change from {@code before} that follows from a snapshot. */
    static StateChange ofWhole(DesiredState before, Lineage lineage, DesiredState sent, Origin origin) {
        DesiredStateTransition transition =
                new DesiredStateTransition(before.objects(), before.holds(), lineage, origin);
        before.objects().forEach((id, has) -> {
            if (!sent.objects().containsKey(id)) {
                transition.vanished(has);
            }
        });
        sent.objects().values().forEach(transition::named);
        return StateChange.between(before, new DesiredState(sent.revision(), transition.objects, transition.holds));
    }

    /** Returns the change that follows from deltas, in a time that grows with their number and not with that of all objects. */
    static StateChange ofChange(
            Map<ObjectId, DesiredObject> hasNow, Map<ObjectId, Hold> holdsNow, Lineage lineage, StateChange sent) {
        DesiredStateTransition transition = new DesiredStateTransition(hasNow, holdsNow, lineage, Origin.UNKNOWN);
        sent.changed().forEach(transition::named);
        Map<ObjectId, Hold> holds = transition.holds;
        holds.entrySet().removeIf(hold -> {
            boolean stays = hold.getValue().equals(holdsNow.get(hold.getKey()));
            if (stays) {
                transition.objects.remove(hold.getKey());
            }
            return stays;
        });
        return new StateChange(sent.revision(), List.copyOf(transition.objects.values()), holds, sent.gone());
    }

    /**
     * Returns the removal of a jail that the server does not know. The jail's files are kept.
     *
     * @param has what this host has of the jail; null if only the kernel has it
     */
    static DesiredJail.Removed removal(JailId jail, @Nullable DesiredObject has) {
        return switch (has) {
            // Its path is unknown, and is not needed, because its files are kept.
            case null -> new DesiredJail.Removed(jail, 1, new RootPath("/" + jail), new Base.Thin(), FilesFate.KEPT);
            case DesiredJail.Present k ->
                new DesiredJail.Removed(
                        jail,
                        k.generation(),
                        k.definition().path(),
                        k.definition().base(),
                        FilesFate.KEPT,
                        k.owner(),
                        k.definition().stop());
            case DesiredJail.Removed already -> already;
        };
    }

    private void vanished(DesiredObject has) {
        objects.put(has.id(), has);
        switch (has) {
            case DesiredJail.Present kept -> hold(kept, Kind.UNKNOWN, 0);
            case DesiredJail.Removed _ -> {}
        }
    }

    private void named(DesiredObject sent) {
        switch (sent) {
            case DesiredJail.Removed removed -> objects.put(removed.id(), asRemovedBefore(removed));
            case DesiredJail.Present kept -> named(kept);
        }
    }

    private void named(DesiredJail.Present sent) {
        JailId id = sent.id();
        Hold hold = holdsNow.get(id);
        DesiredObject has = hasNow.get(id);
        if (has == null) {
            has = lineage.past(id).orElse(null);
        }
        if (has == null || isSame(has, sent) || isDecided(hold, sent)) {
            objects.put(id, sent);
        } else if (hold != null) {
            objects.put(id, has);
            Kind kind = hold.kind() == Kind.UNKNOWN ? Kind.CHANGED : hold.kind();
            hold(has, kind, Math.max(hold.above(), sent.generation()));
        } else if (has instanceof DesiredJail.Removed removed) {
            DesiredJail.Removed settled = withoutFiles(removed);
            objects.put(id, settled);
            hold(settled, Kind.REMOVED, sent.generation());
        } else if (sent.generation() < has.generation() || hasPartedSince(id)) {
            objects.put(id, has);
            hold(has, Kind.CHANGED, sent.generation());
        } else {
            objects.put(id, sent);
        }
    }

    /** Returns whether an operator has decided for the server's definition. After another restore, a higher generation is no proof of it. */
    private boolean isDecided(@Nullable Hold hold, DesiredJail.Present sent) {
        return hold != null
                && sent.generation() > hold.above()
                && origin.commonRevision().isEmpty();
    }

    private boolean hasPartedSince(JailId id) {
        return origin.commonRevision().isPresent()
                && lineage.changedAt(id) > origin.commonRevision().getAsLong();
    }

    private void hold(DesiredObject has, Kind kind, long above) {
        holds.put(has.id(), new Hold(kind, Math.max(has.generation(), above)));
    }

    private static boolean isSame(DesiredObject has, DesiredJail.Present sent) {
        return has instanceof DesiredJail.Present kept
                && kept.generation() == sent.generation()
                && kept.definition().equals(sent.definition());
    }

    /**
     * Returns the tombstone, but without its deletion of files if the jail's files were deleted before: by now another jail may use
     * the path. A later order to delete files that the jail had left is obeyed.
     */
    private DesiredJail.Removed asRemovedBefore(DesiredJail.Removed sent) {
        return lineage.past(sent.id())
                        .filter(past -> past.files() == FilesFate.DELETED || past.generation() >= sent.generation())
                        .isPresent()
                ? withoutFiles(sent)
                : sent;
    }

    private static DesiredJail.Removed withoutFiles(DesiredJail.Removed removed) {
        return new DesiredJail.Removed(
                removed.id(),
                removed.generation(),
                removed.path(),
                removed.base(),
                FilesFate.KEPT,
                removed.owner(),
                removed.stop());
    }
}
