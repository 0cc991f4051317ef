package dev.bailiwick.agent.reconcile;

import java.util.HashMap;
import java.util.Map;

/**
 * Orders work so that owners alternate: the work of one owner is done in its own order, and an owner who comes later with little
 * work is served soon, as if each owner had a queue. For any number of threads.
 */
final class FairOrder {

    private final Map<String, Long> last = new HashMap<>();
    private long now;

    /** The turn of what this owner brings next; the lowest turn goes first. */
    synchronized long next(String owner) {
        long turn = Math.max(now, last.getOrDefault(owner, -1L) + 1);
        last.put(owner, turn);
        return turn;
    }

    /** This turn has come. */
    synchronized void taken(long turn) {
        if (turn > now) {
            now = turn;
            // An owner with nothing left in the queue starts again where the others are.
            last.values().removeIf(known -> known < turn);
        }
    }
}
