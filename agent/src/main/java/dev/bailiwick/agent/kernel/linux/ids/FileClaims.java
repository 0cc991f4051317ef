package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.jail.JailId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Decides which files and which range a jail gets, and records that. {@link IdRanges} calls it under its lock. */
final class FileClaims {

    private final RecordedFiles record;
    private final RangeSlots slots;
    private final ClaimRules rules;
    private final RecordChanges changes;
    private final FreeRanges free;

    FileClaims(RecordedFiles record, RangeSlots slots, RecordChanges changes, FreeRanges free) {
        this.record = record;
        this.slots = slots;
        this.rules = new ClaimRules(record, slots);
        this.changes = changes;
        this.free = free;
    }

    /** Carries out {@link IdRanges#claim}. */
    ClaimResult claim(JailId jail, FilesClaim of, String path, Optional<IdRange> borne) {
        rules.requireCovered(jail);
        Optional<Holding> own = record.at(path).filter(holding -> holding.jail().equals(jail));
        if (own.isPresent()) {
            return new ClaimResult.Granted(settle(own.get(), of), false, Optional.empty());
        }
        Optional<Holding> other = record.overlapping(jail, path);
        if (other.isPresent()) {
            return takeOver(jail, of, path, other.get());
        }
        Optional<Holding> elsewhere = record.of(jail).min(Comparator.comparing(Holding::fate));
        if (elsewhere.isPresent()) {
            return new ClaimResult.Elsewhere(elsewhere.get().path());
        }
        Holding granted = new Holding(path, jail, of.customer(), Holding.Fate.USED);
        Optional<IdRange> known = borne.filter(r -> of.firstHostId().equals(OptionalLong.of(r.first())));
        return new ClaimResult.Granted(grant(granted, known), true, Optional.empty());
    }

    /** @param known the range whose ids the directory is known to carry, for a jail without a range */
    private IdRange grant(Holding granted, Optional<IdRange> known) {
        Optional<IdRange> range = record.find(granted.jail()).or(() -> known.filter(slots::isFree));
        if (range.isPresent()) {
            changes.grant(granted, range.get());
            return range.get();
        }
        return free.give(next -> changes.grant(granted, next));
    }

    /** Carries out {@link IdRanges#granted}. */
    Optional<IdRange> granted(JailId jail, FilesClaim of, String path) {
        return record.at(path)
                .filter(known -> known.jail().equals(jail))
                .filter(known -> !known.isKept())
                .filter(known -> of.customer().isEmpty() || known.customer().equals(of.customer()))
                .map(record::borne)
                .filter(slots::covers);
    }

    private IdRange settle(Holding known, FilesClaim of) {
        IdRange range = record.borne(known);
        String customer = of.customer().isEmpty() ? known.customer() : of.customer();
        List<Holding> changed = Stream.concat(
                        // An agent that kept no record left these files elsewhere. The jail does not use them.
                        record.of(known.jail())
                                .filter(h -> !h.equals(known) && !h.isKept())
                                .map(h -> h.as(Holding.Fate.KEPT)),
                        Stream.of(new Holding(known.path(), known.jail(), customer, Holding.Fate.USED))
                                .filter(h -> !h.equals(known)))
                .toList();
        changes.put(range, changed);
        return range;
    }

    private ClaimResult takeOver(JailId jail, FilesClaim of, String path, Holding left) {
        rules.requireMayTakeOver(jail, of, path, left);
        IdRange range = record.borne(left);
        JailId predecessor = left.jail();
        changes.pass(
                predecessor,
                jail,
                record.of(predecessor)
                        .map(h -> h.of(jail, of.customer()).as(h.equals(left) ? Holding.Fate.USED : Holding.Fate.KEPT))
                        .toList());
        return new ClaimResult.Granted(range, false, Optional.of(predecessor));
    }

    /** Carries out {@link IdRanges#adopt}. */
    void adopt(JailId jail, IdRange range) {
        if (!slots.covers(range) || !record.find(jail).orElse(range).equals(range)) {
            return;
        }
        Optional<JailId> owner = record.ownerOf(range);
        if (owner.isEmpty()) {
            changes.own(jail, range);
            return;
        }
        List<Holding> found = record.of(owner.get()).toList();
        if (owner.get().equals(jail)) {
            if (found.size() == 1) {
                changes.put(range, used(found.stream().filter(Holding::isKept)));
            }
        } else if (!found.isEmpty()
                && found.stream().allMatch(h -> h.isKept() && h.customer().isEmpty())) {
            // The record was lost while the jail ran. The files that carry the jail's ids belong to it.
            changes.pass(owner.get(), jail, used(found.stream().map(h -> h.of(jail, ""))));
        }
    }

    private static List<Holding> used(Stream<Holding> holdings) {
        return holdings.map(h -> h.as(Holding.Fate.USED)).toList();
    }
}
