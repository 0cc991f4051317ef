package dev.bailiwick.jail;

import java.util.Comparator;
import java.util.UUID;

/** Identifies an object in a host's desired state; ordered by kind, then by value. */
public sealed interface ObjectId extends Comparable<ObjectId> permits JailId {

    Comparator<ObjectId> ORDER = Comparator.comparing(ObjectId::kind).thenComparing(ObjectId::value);

    ObjectKind kind();

    UUID value();

    @Override
    default int compareTo(ObjectId other) {
        return ORDER.compare(this, other);
    }
}
