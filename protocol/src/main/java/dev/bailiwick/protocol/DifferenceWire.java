package dev.bailiwick.protocol;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.Difference;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.Mark;
import java.util.List;
import java.util.UUID;

/** Converts a host's history, and the jails for which it does not follow the server, to and from their messages. */
public final class DifferenceWire {

    private static final int MAX_MARKS = 100;
    private static final int MAX_HASH_BYTES = 64;

    private DifferenceWire() {}

    public static dev.bailiwick.protocol.v1.Difference toWire(Difference difference) {
        var wire = dev.bailiwick.protocol.v1.Difference.newBuilder()
                .setJailId(difference.has().id().toString())
                .setKind(difference.hold().kind().text())
                .setAbove(difference.hold().above());
        switch (difference.has()) {
            case DesiredJail.Present kept -> wire.setKept(Wire.toWire(kept));
            case DesiredJail.Removed removed -> wire.setRemoved(Wire.toWire(removed));
        }
        return wire.build();
    }

    /** @throws MalformedMessage if {@link #toWire} cannot have written the message */
    public static Difference fromWire(dev.bailiwick.protocol.v1.Difference wire) {
        JailId jail = Field.read("difference, jail_id", () -> JailId.parse(wire.getJailId()));
        String where = "difference about jail " + jail + ", ";
        Hold hold = new Hold(
                Field.read(where + "kind", () -> Hold.Kind.parse(wire.getKind())),
                Field.positive(where + "above", wire.getAbove()));
        DesiredJail has = switch (wire.getHasCase()) {
            case KEPT -> Wire.fromWire(wire.getKept());
            case REMOVED -> Wire.fromWire(wire.getRemoved());
            case HAS_NOT_SET -> throw new MalformedMessage(where + "has is missing", null);
        };
        // The server counts on from these numbers once an operator has decided.
        Field.countable(where + "above", hold.above());
        Field.countable(where + "generation", has.generation());
        if (has instanceof DesiredJail.Present kept) {
            Field.countable(where + "incarnation", kept.definition().incarnation());
        }
        if (!has.id().equals(jail)) {
            throw new MalformedMessage(where + "jail_id must be that of kept or removed", null);
        }
        if (has instanceof DesiredJail.Removed != (hold.kind() == Hold.Kind.REMOVED)) {
            throw new MalformedMessage(where + "kind 'removed' must have removed, and another kind kept", null);
        }
        return new Difference(has, hold);
    }

    /** @throws MalformedMessage if {@code text} is not a UUID */
    public static UUID listing(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new MalformedMessage("differences, listing must be a UUID", e);
        }
    }

    /**
     * Checks a revision that a host reports; the server counts on from it.
     *
     * @throws MalformedMessage if the value is not 0 to 2^53
     */
    public static long revision(String name, long value) {
        return Field.countable(name, value);
    }

    /** @throws MalformedMessage if there are too many marks, or the revision or hash of one is invalid */
    public static List<Mark> marks(Hello hello) {
        if (hello.getMarksCount() > MAX_MARKS) {
            throw new MalformedMessage("marks must be at most " + MAX_MARKS, null);
        }
        for (Mark mark : hello.getMarksList()) {
            revision("marks, revision", mark.getRevision());
            if (mark.getHash().isEmpty() || mark.getHash().size() > MAX_HASH_BYTES) {
                throw new MalformedMessage("marks, hash must be 1 to " + MAX_HASH_BYTES + " bytes", null);
            }
        }
        return hello.getMarksList();
    }
}
