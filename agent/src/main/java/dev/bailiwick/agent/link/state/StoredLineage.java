package dev.bailiwick.agent.link.state;

import dev.bailiwick.agent.link.state.Lineage.Origin;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.ObjectKind;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredObject;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.Intent;
import dev.bailiwick.protocol.v1.Removal;
import dev.bailiwick.protocol.v1.StoredChange;
import dev.bailiwick.protocol.v1.StoredState;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** The form in which a desired state and its changes are stored, together with their {@link Lineage}. */
final class StoredLineage {

    private StoredLineage() {}

    /** Returns the kinds of objects that the agent which stored this state knew. */
    static Set<String> kinds(StoredState stored) {
        return stored.getKindsCount() == 0 ? Set.of(ObjectKind.JAIL.text()) : Set.copyOf(stored.getKindsList());
    }

    /** Returns where a stored change came from. */
    static Origin origin(StoredChange stored) {
        return new Origin(
                stored.getHash(),
                stored.hasCommonRevision() ? OptionalLong.of(stored.getCommonRevision()) : OptionalLong.empty());
    }

    /** Adds the history of a stored state to {@code lineage}. */
    static void read(StoredState stored, Lineage lineage) {
        List<JailId> ids = Stream.concat(
                        stored.getIntentsList().stream().map(Intent::getJailId),
                        stored.getRemovalsList().stream().map(Removal::getJailId))
                .map(JailId::parse)
                .toList();
        for (int i = 0; i < Math.min(ids.size(), stored.getChangedAtCount()); i++) {
            lineage.noteChangedAt(ids.get(i), stored.getChangedAt(i));
        }
        lineage.noteMarks(stored.getMarksList());
        stored.getPastList().stream().map(Wire::fromWire).forEach(lineage::notePast);
    }

    static byte[] encode(DesiredState state, Lineage lineage) {
        StoredState.Builder stored = Wire.toWire(state).toBuilder().addAllKinds(ObjectKind.texts());
        List<ObjectId> ids = Stream.concat(
                        state.objects().values().stream().filter(DesiredJail.Present.class::isInstance),
                        state.objects().values().stream().filter(DesiredJail.Removed.class::isInstance))
                .map(DesiredObject::id)
                .toList();
        ids.forEach(id -> stored.addChangedAt(lineage.changedAt(id)));
        stored.addAllMarks(lineage.marks());
        lineage.past().forEach(removed -> stored.addPast(Wire.toWire(removed)));
        return stored.build().toByteArray();
    }

    static byte[] encode(StateChange change, Origin origin) {
        StoredChange.Builder stored = Wire.toWire(change).toBuilder().setHash(origin.hash());
        origin.commonRevision().ifPresent(stored::setCommonRevision);
        return stored.build().toByteArray();
    }
}
