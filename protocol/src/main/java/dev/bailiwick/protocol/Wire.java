package dev.bailiwick.protocol;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.Desired.FilesFate;
import dev.bailiwick.jail.DesiredState;
import dev.bailiwick.jail.Held;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.PreviousFiles;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.StateChange;
import dev.bailiwick.protocol.v1.Hold;
import dev.bailiwick.protocol.v1.Intent;
import dev.bailiwick.protocol.v1.Removal;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.StoredChange;
import dev.bailiwick.protocol.v1.StoredState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The one mapper of what the server sends to a host: desired states and their parts. Reports are in {@link ReportWire}. Every
 * reading method accepts anything that a peer may send, and returns a valid value or throws {@link MalformedMessage}.
 */
public final class Wire {

    private static final int MAX_OWNER = 64;

    private Wire() {}

    public static ServerMessage toWire(Desired desired) {
        return switch (desired) {
            case Desired.Kept kept ->
                ServerMessage.newBuilder().setIntent(toWire(kept)).build();
            case Desired.Removed removed ->
                ServerMessage.newBuilder().setRemoval(toWire(removed)).build();
        };
    }

    public static Intent toWire(Desired.Kept kept) {
        return Intent.newBuilder()
                .setJailId(kept.id().toString())
                .setGeneration(kept.generation())
                .setDefinition(DefinitionWire.toWire(kept.definition()))
                .setOwner(kept.owner())
                .setPreviousFiles(kept.files().previous().text())
                .setFirstHostId(kept.files().firstHostId().orElse(0))
                .build();
    }

    public static Removal toWire(Desired.Removed removed) {
        return Removal.newBuilder()
                .setJailId(removed.id().toString())
                .setGeneration(removed.generation())
                .setPath(removed.path().value())
                .setBase(removed.base().text())
                .setDeleteFiles(removed.files() == FilesFate.DELETED)
                .setOwner(removed.owner())
                .build();
    }

    /** @throws MalformedMessage if it is not an intent that {@link #toWire} could have written */
    public static Desired.Kept fromWire(Intent intent) {
        JailId id = Field.read("jail_id", () -> JailId.parse(intent.getJailId()));
        String where = "intent of jail " + id + ", ";
        long generation = Field.positive(where + "generation", intent.getGeneration());
        if (!intent.hasDefinition()) {
            throw new MalformedMessage(where + "definition is missing", null);
        }
        return new Desired.Kept(
                id,
                generation,
                DefinitionWire.fromWire(where, intent.getDefinition()),
                Field.text(where + "owner", intent.getOwner(), MAX_OWNER),
                new Desired.Files(
                        intent.getPreviousFiles().isEmpty()
                                ? PreviousFiles.MOVED
                                : Field.read(
                                        where + "previous_files", () -> PreviousFiles.parse(intent.getPreviousFiles())),
                        Field.hostId(where + "first_host_id", intent.getFirstHostId())));
    }

    /** @throws MalformedMessage if it is not a removal that {@link #toWire} could have written */
    public static Desired.Removed fromWire(Removal removal) {
        JailId id = Field.read("jail_id", () -> JailId.parse(removal.getJailId()));
        String where = "removal of jail " + id + ", ";
        return new Desired.Removed(
                id,
                Field.positive(where + "generation", removal.getGeneration()),
                Field.read(where + "path", () -> new RootPath(removal.getPath())),
                Field.read(where + "base", () -> Base.parse(removal.getBase())),
                removal.getDeleteFiles() ? FilesFate.DELETED : FilesFate.KEPT,
                Field.text(where + "owner", removal.getOwner(), MAX_OWNER));
    }

    public static StoredState toWire(DesiredState state) {
        StoredState.Builder stored = StoredState.newBuilder().setRevision(state.revision());
        for (Desired desired : state.jails().values()) {
            switch (desired) {
                case Desired.Kept kept -> stored.addIntents(toWire(kept));
                case Desired.Removed removed -> stored.addRemovals(toWire(removed));
            }
        }
        state.held().forEach((id, held) -> stored.addHolds(toWire(id, held)));
        return stored.build();
    }

    private static Hold toWire(JailId id, Held held) {
        return Hold.newBuilder()
                .setJailId(id.toString())
                .setKind(held.kind().text())
                .setAbove(held.above())
                .build();
    }

    private static Map<JailId, Held> holds(List<Hold> stored) {
        Map<JailId, Held> holds = new TreeMap<>();
        for (Hold hold : stored) {
            JailId id = Field.read("hold of jail_id", () -> JailId.parse(hold.getJailId()));
            String where = "hold of jail " + id + ", ";
            holds.put(
                    id,
                    new Held(
                            Field.read(where + "kind", () -> Held.Kind.parse(hold.getKind())),
                            Field.positive(where + "above", hold.getAbove())));
        }
        return holds;
    }

    /** @throws MalformedMessage if any part of it is malformed, or a jail is in it twice */
    public static DesiredState fromWire(StoredState stored) {
        Map<JailId, Desired> jails = new TreeMap<>();
        stored.getIntentsList().stream().map(Wire::fromWire).forEach(kept -> putOnce(jails, kept));
        stored.getRemovalsList().stream().map(Wire::fromWire).forEach(removed -> putOnce(jails, removed));
        return new DesiredState(
                Field.notNegative("revision", stored.getRevision()), jails, holds(stored.getHoldsList()));
    }

    public static StoredChange toWire(StateChange change) {
        StoredChange.Builder stored = StoredChange.newBuilder().setRevision(change.revision());
        for (Desired desired : change.changed()) {
            switch (desired) {
                case Desired.Kept kept -> stored.addIntents(toWire(kept));
                case Desired.Removed removed -> stored.addRemovals(toWire(removed));
            }
        }
        change.held().forEach((id, held) -> stored.addHolds(toWire(id, held)));
        change.gone().forEach(id -> stored.addGone(id.toString()));
        return stored.build();
    }

    /** @throws MalformedMessage if any part of it is malformed */
    public static StateChange fromWire(StoredChange stored) {
        List<Desired> changed = new ArrayList<>();
        stored.getIntentsList().forEach(intent -> changed.add(fromWire(intent)));
        stored.getRemovalsList().forEach(removal -> changed.add(fromWire(removal)));
        List<JailId> gone = stored.getGoneList().stream()
                .map(id -> Field.read("gone", () -> JailId.parse(id)))
                .toList();
        return new StateChange(
                Field.notNegative("revision", stored.getRevision()), changed, holds(stored.getHoldsList()), gone);
    }

    private static void putOnce(Map<JailId, Desired> jails, Desired desired) {
        if (jails.put(desired.id(), desired) != null) {
            throw new MalformedMessage("jail " + desired.id() + " is there twice", null);
        }
    }
}
