package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.jail.JailId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How many connections jails may have, of those that have a limit of their own. Guarded by the lock of {@link JailLinks}. */
final class ConnectionLimits {

    private final Map<JailId, Integer> limits = new HashMap<>();
    private final Set<Integer> freed = new HashSet<>();

    /** @param most empty for as many as every jail can have */
    void set(JailId jail, OptionalLong most) {
        if (most.isPresent()) {
            limits.put(jail, Math.toIntExact(most.getAsLong()));
        } else {
            limits.remove(jail);
        }
    }

    /** Returns the limit of a jail; null if it has none of its own. */
    @Nullable
    Integer of(JailId jail) {
        return limits.get(jail);
    }

    /** Returns the limits by link. */
    Map<Integer, Integer> byLink(Map<JailId, Integer> links) {
        Map<Integer, Integer> some = new HashMap<>();
        limits.forEach((jail, most) -> {
            Integer link = links.get(jail);
            if (link != null) {
                some.put(link, most);
            }
        });
        return some;
    }

    void forget(JailId jail) {
        limits.remove(jail);
    }

    /** Notes that a jail has left its link for good. */
    void free(int link) {
        freed.add(link);
    }

    /** Returns the links that jails have left, and for which the table may still count their connections. */
    Set<Integer> freed() {
        return Set.copyOf(freed);
    }

    /** Notes that the table counts nothing for these links any more. */
    void forgotten(Set<Integer> links) {
        freed.removeAll(links);
    }
}
