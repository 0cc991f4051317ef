package dev.bailiwick.protocol;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.ObjectId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.DesiredObject;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.jail.desired.JailNetwork;
import dev.bailiwick.jail.desired.OutgoingMail;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.Intent;
import dev.bailiwick.protocol.v1.Removal;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.StoredChange;
import dev.bailiwick.protocol.v1.StoredState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Converts desired states and their parts to and from their messages. {@link ReportWire} does the same for reports. Each method that
 * reads accepts any message, and returns a valid value or throws {@link MalformedMessage}.
 */
public final class Wire {

    private static final int MAX_OWNER = 64;
    private static final int MAX_KINDS = 64;
    private static final int MAX_KIND = 64;

    private Wire() {}

    /** Returns the message for an agent of the previous version; empty if that version does not know this kind of object. */
    public static Optional<ServerMessage> toPrevious(DesiredObject desired) {
        return switch (desired) {
            case DesiredJail.Present kept ->
                Optional.of(ServerMessage.newBuilder().setIntent(toWire(kept)).build());
            case DesiredJail.Removed removed ->
                Optional.of(
                        ServerMessage.newBuilder().setRemoval(toWire(removed)).build());
        };
    }

    public static ServerMessage toWire(DesiredObject desired) {
        var object = dev.bailiwick.protocol.v1.DesiredObject.newBuilder()
                .setKind(desired.id().kind().text())
                .setId(desired.id().toString())
                .setGeneration(desired.generation());
        switch (desired) {
            case DesiredJail.Present kept -> object.setJail(toWire(kept));
            case DesiredJail.Removed removed -> object.setRemovedJail(toWire(removed));
        }
        return ServerMessage.newBuilder().setObject(object).build();
    }

    /**
     * Reads an object of a known kind.
     *
     * @throws MalformedMessage if {@link #toWire(DesiredObject)} cannot have written the object
     */
    public static DesiredObject fromWire(dev.bailiwick.protocol.v1.DesiredObject wire) {
        DesiredObject object = switch (wire.getObjectCase()) {
            case JAIL -> fromWire(wire.getJail());
            case REMOVED_JAIL -> fromWire(wire.getRemovedJail());
            case OBJECT_NOT_SET ->
                throw new MalformedMessage(wire.getKind() + " " + wire.getId() + " has an unknown form", null);
        };
        if (!object.id().kind().text().equals(wire.getKind())
                || !object.id().toString().equals(wire.getId())
                || object.generation() != wire.getGeneration()) {
            throw new MalformedMessage(
                    wire.getKind() + " " + wire.getId() + ", kind, id and generation must match its object", null);
        }
        return object;
    }

    /**
     * Returns the kinds of objects that an agent knows; empty for an agent of the previous version.
     *
     * @throws MalformedMessage if there are more than {@value #MAX_KINDS}, or a kind is too long
     */
    public static Set<String> kinds(Hello hello) {
        if (hello.getKindsCount() > MAX_KINDS) {
            throw new MalformedMessage("kinds names more than " + MAX_KINDS + " kinds of objects", null);
        }
        hello.getKindsList().forEach(kind -> Field.text("kinds", kind, MAX_KIND));
        return Set.copyOf(hello.getKindsList());
    }

    public static Intent toWire(DesiredJail.Present kept) {
        return Intent.newBuilder()
                .setJailId(kept.id().toString())
                .setGeneration(kept.generation())
                .setDefinition(DefinitionWire.toWire(kept.definition()))
                .setOwner(kept.owner())
                .setRefusesOutgoingMail(kept.network().mail() == OutgoingMail.REFUSED)
                .addAllFirewall(FirewallWire.toWire(kept.network().firewall()))
                .addAllCustomerFirewall(FirewallWire.toWire(kept.network().ofCustomer()))
                .setPreviousFiles(kept.files().previous().text())
                .setFirstHostId(kept.files().firstHostId().orElse(0))
                .build();
    }

    public static Removal toWire(DesiredJail.Removed removed) {
        Removal.Builder wire = Removal.newBuilder()
                .setJailId(removed.id().toString())
                .setGeneration(removed.generation())
                .setPath(removed.path().value())
                .setBase(removed.base().text())
                .setDeleteFiles(removed.files() == FilesFate.DELETED)
                .setOwner(removed.owner());
        DefinitionWire.toWire(removed.stop()).ifPresent(wire::setStop);
        return wire.build();
    }

    /** @throws MalformedMessage if {@link #toWire(Desired.Kept)} cannot have written the intent */
    public static DesiredJail.Present fromWire(Intent intent) {
        JailId id = Field.read("jail_id", () -> JailId.parse(intent.getJailId()));
        String where = "intent of jail " + id + ", ";
        long generation = Field.positive(where + "generation", intent.getGeneration());
        if (!intent.hasDefinition()) {
            throw new MalformedMessage(where + "definition is missing", null);
        }
        return new DesiredJail.Present(
                id,
                generation,
                DefinitionWire.fromWire(where, intent.getDefinition()),
                Field.text(where + "owner", intent.getOwner(), MAX_OWNER),
                new JailNetwork(
                        intent.getRefusesOutgoingMail() ? OutgoingMail.REFUSED : OutgoingMail.BY_POOL,
                        FirewallWire.fromWire(where + "customer_firewall", intent.getCustomerFirewallList()),
                        FirewallWire.fromWire(where + "firewall", intent.getFirewallList())),
                new DesiredJail.Files(
                        intent.getPreviousFiles().isEmpty()
                                ? PreviousFiles.MOVED
                                : Field.read(
                                        where + "previous_files", () -> PreviousFiles.parse(intent.getPreviousFiles())),
                        Field.hostId(where + "first_host_id", intent.getFirstHostId())));
    }

    /** @throws MalformedMessage if {@link #toWire(Desired.Removed)} cannot have written the removal */
    public static DesiredJail.Removed fromWire(Removal removal) {
        JailId id = Field.read("jail_id", () -> JailId.parse(removal.getJailId()));
        String where = "removal of jail " + id + ", ";
        return new DesiredJail.Removed(
                id,
                Field.positive(where + "generation", removal.getGeneration()),
                Field.read(where + "path", () -> new RootPath(removal.getPath())),
                Field.read(where + "base", () -> Base.parse(removal.getBase())),
                removal.getDeleteFiles() ? FilesFate.DELETED : FilesFate.KEPT,
                Field.text(where + "owner", removal.getOwner(), MAX_OWNER),
                DefinitionWire.fromWire(where, removal.getStop()));
    }

    public static StoredState toWire(DesiredState state) {
        StoredState.Builder stored = StoredState.newBuilder().setRevision(state.revision());
        for (DesiredObject desired : state.objects().values()) {
            switch (desired) {
                case DesiredJail.Present kept -> stored.addIntents(toWire(kept));
                case DesiredJail.Removed removed -> stored.addRemovals(toWire(removed));
            }
        }
        state.holds().forEach((id, hold) -> stored.addHolds(toWire(id, hold)));
        return stored.build();
    }

    private static dev.bailiwick.protocol.v1.Hold toWire(ObjectId id, Hold hold) {
        return dev.bailiwick.protocol.v1.Hold.newBuilder()
                .setJailId(id.toString())
                .setKind(hold.kind().text())
                .setAbove(hold.above())
                .build();
    }

    private static Map<ObjectId, Hold> holds(List<dev.bailiwick.protocol.v1.Hold> stored) {
        Map<ObjectId, Hold> holds = new TreeMap<>();
        for (dev.bailiwick.protocol.v1.Hold hold : stored) {
            JailId id = Field.read("hold of jail_id", () -> JailId.parse(hold.getJailId()));
            String where = "hold of jail " + id + ", ";
            holds.put(
                    id,
                    new Hold(
                            Field.read(where + "kind", () -> Hold.Kind.parse(hold.getKind())),
                            Field.positive(where + "above", hold.getAbove())));
        }
        return holds;
    }

    /** @throws MalformedMessage if any part is malformed, or an object appears twice */
    public static DesiredState fromWire(StoredState stored) {
        Map<ObjectId, DesiredObject> objects = new TreeMap<>();
        stored.getIntentsList().stream().map(Wire::fromWire).forEach(kept -> putOnce(objects, kept));
        stored.getRemovalsList().stream().map(Wire::fromWire).forEach(removed -> putOnce(objects, removed));
        return new DesiredState(
                Field.notNegative("revision", stored.getRevision()), objects, holds(stored.getHoldsList()));
    }

    public static StoredChange toWire(StateChange change) {
        StoredChange.Builder stored = StoredChange.newBuilder().setRevision(change.revision());
        for (DesiredObject desired : change.changed()) {
            switch (desired) {
                case DesiredJail.Present kept -> stored.addIntents(toWire(kept));
                case DesiredJail.Removed removed -> stored.addRemovals(toWire(removed));
            }
        }
        change.holds().forEach((id, hold) -> stored.addHolds(toWire(id, hold)));
        change.gone().forEach(id -> stored.addGone(id.toString()));
        return stored.build();
    }

    /** @throws MalformedMessage if any part is malformed */
    public static StateChange fromWire(StoredChange stored) {
        List<DesiredObject> changed = new ArrayList<>();
        stored.getIntentsList().forEach(intent -> changed.add(fromWire(intent)));
        stored.getRemovalsList().forEach(removal -> changed.add(fromWire(removal)));
        List<ObjectId> gone = stored.getGoneList().stream()
                .<ObjectId>map(id -> Field.read("gone", () -> JailId.parse(id)))
                .toList();
        return new StateChange(
                Field.notNegative("revision", stored.getRevision()), changed, holds(stored.getHoldsList()), gone);
    }

    private static void putOnce(Map<ObjectId, DesiredObject> objects, DesiredObject desired) {
        if (objects.put(desired.id(), desired) != null) {
            throw new MalformedMessage(desired.id().kind().text() + " " + desired.id() + " appears twice", null);
        }
    }
}
