package dev.bailiwick.jail.desired;

import dev.bailiwick.jail.ObjectId;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that one host must do.
 *
 * @param revision counts the changes of this host's desired state, from 1; 0 if none has been received
 * @param objects sorted by id, so that copying needs no comparisons; unmodifiable
 * @param holds the objects for which the host does not follow the server
 */
public record DesiredState(long revision, Map<ObjectId, DesiredObject> objects, Map<ObjectId, Hold> holds) {

    public static final DesiredState NONE = new DesiredState(0, Map.of());

    public DesiredState {
        objects = Collections.unmodifiableSortedMap(new TreeMap<>(objects));
        holds = Collections.unmodifiableSortedMap(new TreeMap<>(holds));
    }

    /** A state in which the host follows the server for every object. */
    public DesiredState(long revision, Map<? extends ObjectId, ? extends DesiredObject> objects) {
        this(revision, new TreeMap<>(objects), Map.of());
    }
}
