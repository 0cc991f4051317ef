package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.kernel.HostLayout;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Optional;

/**
 * The ranges that this host may use, and which of them are taken. A range is taken by a jail, or held back for a future jail. Free ranges
 * are assigned round-robin, so that a range that was just freed is reused last; offered ranges go first. Guarded by the owner's lock.
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

    /** Returns whether the range is one of this host's ranges. Thread-safe. */
    boolean covers(IdRange range) {
        int slot = slotOf(range);
        return slot >= 0 && slot < count;
    }

    boolean isFree(IdRange range) {
        return covers(range) && !taken.get(slotOf(range));
    }

    /** Marks the range as taken; ignores ranges of other hosts. */
    void take(IdRange range) {
        if (covers(range)) {
            taken.set(slotOf(range));
        }
    }

    /** Marks the range as free; ignores ranges of other hosts. */
    void free(IdRange range) {
        if (covers(range)) {
            taken.clear(slotOf(range));
        }
    }

    /** Takes the next free range; empty if all are taken. */
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

    /** Returns the range that was offered first, and removes the offer. */
    Optional<IdRange> takeOffered() {
        return Optional.ofNullable(offered.poll());
    }

    /** Offers a range that was held back: the next new jail gets it. */
    void offer(IdRange range) {
        offered.add(range);
    }

    /** Offers the range again, ahead of all others. */
    void offerFirst(IdRange range) {
        offered.addFirst(range);
    }

    /** Withdraws the offer; returns whether the range was still offered. */
    boolean withdraw(IdRange range) {
        return offered.remove(range);
    }

    private int slotOf(IdRange range) {
        return Math.toIntExact(Math.floorDiv(range.first() - firstHostId, (long) HostLayout.RANGE_WIDTH));
    }
}
