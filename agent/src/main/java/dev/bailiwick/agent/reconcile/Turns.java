package dev.bailiwick.agent.reconcile;

import java.util.HashMap;
import java.util.Map;

/**
 * Hands out turns so that owners alternate: what one owner brings gets a turn after another, and who comes later with little gets
 * a turn soon, as if all queued side by side. For any number of threads.
 */
final class Turns {

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
            // Who has nothing left in the queue begins anew where the others are.
            last.values().removeIf(known -> known < turn);
        }
    }
}
