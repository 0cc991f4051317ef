package dev.bailiwick.agent.link;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.StateChange;
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
 * How the stored desired state came about, as far as it takes to tell a database that was restored from one that has merely gone
 * on: marks of revisions, which revision brought which object, and the jails that were removed last.
 */
final class Lineage {

    /** The latest revisions are all marked. */
    private static final int ALL_MARKED = 16;

    /** One between two goes where the earlier of these is no more than so many times as old as the later: sixty reach far back. */
    private static final double SPREAD = 1.5;

    /** Jails removed before these are not remembered any more. */
    private static final int MAX_PAST = 4096;

    private final List<Mark> marks = new ArrayList<>();
    private final Map<ObjectId, Long> changedAt = new HashMap<>();
    private final Map<JailId, Desired.Removed> past = new LinkedHashMap<>();

    /**
     * Where a desired state comes from.
     *
     * @param hash of its revision; empty where the server keeps none
     * @param commonRevision the latest revision that the server's history shares with this host's, 0 where there is none; present
     *     where the server was restored, so that the two have parted
     */
    record Origin(ByteString hash, OptionalLong commonRevision) {

        /** The origin where the server keeps no hashes. */
        static final Origin UNKNOWN = new Origin(ByteString.EMPTY, OptionalLong.empty());
    }

    /** Latest first. */
    List<Mark> marks() {
        return List.copyOf(marks);
    }

    /** The revision that brought what is stored of this object; later than any other where it is not known. */
    long changedAt(ObjectId object) {
        return changedAt.getOrDefault(object, Long.MAX_VALUE);
    }

    /** What was asked last of a jail that is gone. */
    Optional<Desired.Removed> past(JailId jail) {
        return Optional.ofNullable(past.get(jail));
    }

    Collection<Desired.Removed> past() {
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
            if (!change.held().containsKey(desired.id())) {
                changedAt.put(desired.id(), change.revision());
            }
            if (desired instanceof Desired.Kept kept) {
                past.remove(kept.id());
            }
        });
    }

    /** For what is read from a disk. */
    void noteChangedAt(ObjectId object, long revision) {
        changedAt.put(object, revision);
    }

    /** For what is read from a disk, latest first. */
    void noteMarks(List<Mark> stored) {
        marks.addAll(stored);
    }

    void notePast(Desired.Removed removed) {
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
