package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.JailId;
import java.util.OptionalLong;

/** The rules for which directory a jail may have, given the record. Changes nothing. */
final class ClaimRules {

    private final RecordedFiles record;
    private final RangeSlots slots;

    ClaimRules(RecordedFiles record, RangeSlots slots) {
        this.record = record;
        this.slots = slots;
    }

    /** @throws KernelRefusal if the jail's range is not one of this host's ranges */
    void requireCovered(JailId jail) {
        record.find(jail).filter(range -> !slots.covers(range)).ifPresent(range -> {
            throw KernelRefusal.permanent(
                    "IdRangeNotThisHosts",
                    "the jail's files belong to the ids from " + range.first()
                            + " on, which this host may not use"
                            + " (first-host-id, host-id-ranges)");
        });
    }

    /**
     * Checks whether a jail may take over files. A jail without files of its own may take over the files that a removed jail of the same
     * customer left at the same path, and nothing else.
     *
     * @param left the files of another jail at this path, above it or below it
     * @throws KernelRefusal if the jail may not have them
     */
    void requireMayTakeOver(JailId jail, FilesClaim of, String path, Holding left) {
        if (!left.path().equals(path) || !left.isKept() || !isOfSameCustomer(left, of)) {
            throw left.isKept()
                    ? KernelRefusal.permanent(
                            "RootPathRefused",
                            "the root path " + path
                                    + " is at, above or below kept files of another jail; choose"
                                    + " another path, or ask an operator to delete those files")
                    : KernelRefusal.transientFailure(
                            "PathInUse", "the root path " + path + " is at, above or below the files of another jail");
        }
        requireCovered(left.jail());
        if (record.find(jail).isPresent()) {
            throw KernelRefusal.permanent(
                    "RootPathRefused",
                    "the root path " + path
                            + " contains kept files, and only a jail without files of its own can take them over");
        }
    }

    /** Returns whether the claimant's customer owns the files. If their customer is unknown, knowing their range proves ownership. */
    private boolean isOfSameCustomer(Holding left, FilesClaim of) {
        return left.customer().isEmpty()
                ? of.firstHostId().equals(OptionalLong.of(record.borne(left).first()))
                : left.customer().equals(of.customer());
    }
}
