package dev.bailiwick.jail;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that one host is to do.
 *
 * @param revision counts the changes of this host's desired state, from 1; 0 where none has ever been received
 * @param jails by id and in its order, so that a copy takes no comparison; unmodifiable
 * @param held those among them about which the host does not follow the server
 */
public record DesiredState(long revision, Map<JailId, Desired> jails, Map<JailId, Held> held) {

    public static final DesiredState NONE = new DesiredState(0, Map.of());

    public DesiredState {
        jails = Collections.unmodifiableSortedMap(new TreeMap<>(jails));
        held = Collections.unmodifiableSortedMap(new TreeMap<>(held));
    }

    /** In which the host follows about every jail. */
    public DesiredState(long revision, Map<JailId, Desired> jails) {
        this(revision, jails, Map.of());
    }
}
