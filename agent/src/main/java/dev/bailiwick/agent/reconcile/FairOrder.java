package dev.bailiwick.agent.reconcile;

import java.util.HashMap;
import java.util.Map;

/**
 * Orders work so that owners alternate, as if each owner had a queue: the work of one owner keeps its order, and an owner who comes
 * later with little work does not wait for all work of the others. Thread-safe.
 */
final class FairOrder {

    private final Map<String, Long> last = new HashMap<>();
    private long now;

    /** Returns the turn of this owner's next piece of work; the lowest turn goes first. */
    synchronized long next(String owner) {
        long turn = Math.max(now, last.getOrDefault(owner, -1L) + 1);
        last.put(owner, turn);
        return turn;
    }

    /** Records that the work with this turn has begun. */
    synchronized void taken(long turn) {
        if (turn > now) {
            now = turn;
            // An owner whose queue is empty starts again at the current turn.
            last.values().removeIf(known -> known < turn);
        }
    }
}
