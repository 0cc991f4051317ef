package dev.bailiwick.agent.link.state;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.protocol.v1.Mark;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The history of the stored desired state, by which the agent recognises a server whose database was restored from a backup: marks
 * of revisions, the revision that last changed each object, and the jails that were removed last.
 */
public final class Lineage {

    /** The number of latest marks that are all kept. */
    private static final int ALL_MARKED = 16;

    /**
     * A mark between two others is dropped if the age of the older one is at most this many times the age of the younger one. So sixty
     * marks reach far back.
     */
    private static final double SPREAD = 1.5;

    /** The number of removed jails that are remembered. */
    private static final int MAX_PAST = 4096;

    private final List<Mark> marks = new ArrayList<>();
    private final Map<ObjectId, Long> changedAt = new HashMap<>();
    private final Map<JailId, DesiredJail.Removed> past = new LinkedHashMap<>();

    /**
     * The origin of a desired state.
     *
     * @param hash the hash of its revision; empty if the server keeps no hashes
     * @param commonRevision the latest revision that the server and this host have in common, 0 if there is none; present only if the
     *     server was restored, so that their histories have parted
     */
    public record Origin(ByteString hash, OptionalLong commonRevision) {

        /** The origin on a server that keeps no hashes. */
        public static final Origin UNKNOWN = new Origin(ByteString.EMPTY, OptionalLong.empty());
    }

    /** Latest first. */
    List<Mark> marks() {
        return List.copyOf(marks);
    }

    /** Returns the revision that last changed the object; {@code Long.MAX_VALUE} if it is unknown. */
    long changedAt(ObjectId object) {
        return changedAt.getOrDefault(object, Long.MAX_VALUE);
    }

    /** Returns the last tombstone of a removed jail; empty if it is not remembered. */
    Optional<DesiredJail.Removed> past(JailId jail) {
        return Optional.ofNullable(past.get(jail));
    }

    Collection<DesiredJail.Removed> past() {
        return past.values();
    }

    void note(StateChange change, Origin origin) {
        origin.commonRevision().ifPresent(common -> marks.removeIf(mark -> mark.getRevision() > common));
        if (!origin.hash().isEmpty()) {
            mark(Mark.newBuilder()
                    .setRevision(change.revision())
                    .setHash(origin.hash())
                    .build());
        }
        change.gone().forEach(changedAt::remove);
        change.changed().forEach(desired -> {
            if (!change.holds().containsKey(desired.id())) {
                changedAt.put(desired.id(), change.revision());
            }
            if (desired instanceof DesiredJail.Present kept) {
                past.remove(kept.id());
            }
        });
    }

    /** Adds the stored revision of an object. */
    void noteChangedAt(ObjectId object, long revision) {
        changedAt.put(object, revision);
    }

    /** Adds the stored marks, latest first. */
    void noteMarks(List<Mark> stored) {
        marks.addAll(stored);
    }

    void notePast(DesiredJail.Removed removed) {
        past.remove(removed.id());
        past.put(removed.id(), removed);
        if (past.size() > MAX_PAST) {
            past.remove(past.keySet().iterator().next());
        }
    }

    private void mark(Mark latest) {
        marks.removeIf(mark -> mark.getRevision() >= latest.getRevision());
        marks.addFirst(latest);
        long at = latest.getRevision();
        for (int i = ALL_MARKED; i + 1 < marks.size(); ) {
            if (at - marks.get(i + 1).getRevision() <= (at - marks.get(i - 1).getRevision()) * SPREAD) {
                marks.remove(i);
            } else {
                i++;
            }
        }
    }
}
