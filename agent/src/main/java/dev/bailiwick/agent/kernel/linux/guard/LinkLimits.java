package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.jail.JailId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many connections jails may have, and how much they may send, of those that have a limit of their own. Guarded by the lock of {@link
 * JailLinks}.
 */
final class LinkLimits {

    private final Map<JailId, Integer> connections = new HashMap<>();
    private final Map<JailId, Long> rates = new HashMap<>();
    private final Set<Integer> freed = new HashSet<>();

    /** @param most empty for as many as every jail can have */
    void connections(JailId jail, OptionalLong most) {
        if (most.isPresent()) {
            connections.put(jail, Math.toIntExact(most.getAsLong()));
        } else {
            connections.remove(jail);
        }
    }

    /** @param bits a second; empty if it may send as much as it can */
    void rate(JailId jail, OptionalLong bits) {
        if (bits.isPresent()) {
            rates.put(jail, bits.getAsLong());
        } else {
            rates.remove(jail);
        }
    }

    /** Returns the connections that a jail may have; null if it has no limit of its own. */
    @Nullable
    Integer connectionsOf(JailId jail) {
        return connections.get(jail);
    }

    /** Returns the bits that a jail may send a second; null if it has no limit. */
    @Nullable
    Long rateOf(JailId jail) {
        return rates.get(jail);
    }

    /** Returns the limits of connections by link. */
    Map<Integer, Integer> connections(Map<JailId, Integer> links) {
        return byLink(connections, links);
    }

    /** Returns the rates by link. */
    Map<Integer, Long> rates(Map<JailId, Integer> links) {
        return byLink(rates, links);
    }

    private static <T> Map<Integer, T> byLink(Map<JailId, T> limits, Map<JailId, Integer> links) {
        Map<Integer, T> some = new HashMap<>();
        limits.forEach((jail, most) -> {
            Integer link = links.get(jail);
            if (link != null) {
                some.put(link, most);
            }
        });
        return some;
    }

    void forget(JailId jail) {
        connections.remove(jail);
        rates.remove(jail);
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
