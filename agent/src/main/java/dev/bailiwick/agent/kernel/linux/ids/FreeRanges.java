package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.kernel.KernelRefusal;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Consumer;

/** Gives free ranges to jails. {@link IdRanges} calls it under its lock. */
final class FreeRanges {

    private final RangeSlots slots;
    private final RecordedFiles record;

    FreeRanges(RangeSlots slots, RecordedFiles record) {
        this.slots = slots;
        this.record = record;
    }

    /**
     * Takes the next free range, and records that with {@code change}. If the change fails, the range stays free.
     *
     * @throws KernelRefusal if no range is free
     */
    IdRange give(Consumer<IdRange> change) {
        Optional<IdRange> offered = slots.takeOffered();
        IdRange range = offered.or(slots::takeNext).orElseThrow(this::exhausted);
        try {
            change.accept(range);
        } catch (UncheckedIOException e) {
            offered.ifPresentOrElse(slots::offerFirst, () -> slots.free(range));
            throw e;
        }
        return range;
    }

    private KernelRefusal exhausted() {
        long keeping = record.all()
                .filter(Holding::isKept)
                .map(Holding::jail)
                .distinct()
                .count();
        return KernelRefusal.transientFailure(
                "IdRangesExhausted",
                "all " + slots.count() + " ranges of user ids of this host are in use, " + keeping
                        + " of them by kept files, which can be deleted");
    }
}
