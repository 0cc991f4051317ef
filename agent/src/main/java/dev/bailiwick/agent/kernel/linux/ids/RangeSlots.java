package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.kernel.HostLayout;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Optional;

/**
 * The ranges that this host may use, and which of them are taken: by jails, or held back for a jail that is not known yet. They are given
 * out in a circle, so that one that has just become free is the last to be used again; what was offered goes first. Guarded by the lock
 * of its owner.
 */
final class RangeSlots {

    private final long firstHostId;
    private final int count;
    private final BitSet taken = new BitSet();
    private final Deque<IdRange> offered = new ArrayDeque<>();
    private int next;

    RangeSlots(HostLayout layout) {
        this.firstHostId = layout.firstHostId();
        this.count = layout.hostIdRanges();
    }

    int count() {
        return count;
    }

    /** Whether the range is one of this host's; from any thread. */
    boolean covers(IdRange range) {
        int slot = slotOf(range);
        return slot >= 0 && slot < count;
    }

    boolean isFree(IdRange range) {
        return covers(range) && !taken.get(slotOf(range));
    }

    /** Does nothing about a range that is not this host's. */
    void take(IdRange range) {
        if (covers(range)) {
            taken.set(slotOf(range));
        }
    }

    /** Does nothing about a range that is not this host's. */
    void free(IdRange range) {
        if (covers(range)) {
            taken.clear(slotOf(range));
        }
    }

    /** The next one that nobody has, which is taken from now on; empty where all are. */
    Optional<IdRange> takeNext() {
        int slot = taken.nextClearBit(next);
        if (slot >= count) {
            slot = taken.nextClearBit(0);
        }
        if (slot >= count) {
            return Optional.empty();
        }
        taken.set(slot);
        next = slot + 1;
        return Optional.of(new IdRange(firstHostId + (long) slot * HostLayout.RANGE_WIDTH));
    }

    /** The one that was offered first. */
    Optional<IdRange> takeOffered() {
        return Optional.ofNullable(offered.poll());
    }

    /** The next new jail gets this range, which was held back. */
    void offer(IdRange range) {
        offered.add(range);
    }

    /** Offers it again, before all others. */
    void offerFirst(IdRange range) {
        offered.addFirst(range);
    }

    /** Whether it was still offered; it is no more. */
    boolean withdraw(IdRange range) {
        return offered.remove(range);
    }

    private int slotOf(IdRange range) {
        return Math.toIntExact(Math.floorDiv(range.first() - firstHostId, (long) HostLayout.RANGE_WIDTH));
    }
}
