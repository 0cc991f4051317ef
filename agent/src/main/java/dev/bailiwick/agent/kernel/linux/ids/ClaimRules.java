package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.JailId;
import java.util.OptionalLong;

/** Which directory a jail may have, by what is recorded; changes nothing. */
final class ClaimRules {

    private final RecordedFiles record;
    private final RangeSlots slots;

    ClaimRules(RecordedFiles record, RangeSlots slots) {
        this.record = record;
        this.slots = slots;
    }

    /** @throws KernelRefusal if the jail has a range that is not one of this host's */
    void requireCovered(JailId jail) {
        record.find(jail).filter(range -> !slots.covers(range)).ifPresent(range -> {
            throw KernelRefusal.permanent(
                    "IdRangeNotThisHosts",
                    "the jail's files bear the ids from " + range.first()
                            + " on, which are not among those that this host may use"
                            + " (first-host-id, host-id-ranges)");
        });
    }

    /**
     * @param left what another jail has at this path, above it or below it
     * @throws KernelRefusal if the jail cannot have it: a jail without files of its own takes over what a removed jail of the same
     *     customer left at the same path, and nothing else
     */
    void requireMayTakeOver(JailId jail, FilesClaim of, String path, Holding left) {
        if (!left.path().equals(path) || !left.isKept() || !isOfSameCustomer(left, of)) {
            throw left.isKept()
                    ? KernelRefusal.permanent(
                            "RootPathRefused",
                            "the root path " + path
                                    + " is at, above or below kept files that are not this jail's; choose"
                                    + " another path, or have an operator delete those files")
                    : KernelRefusal.transientFailure(
                            "PathInUse", "the root path " + path + " is at, above or below the files of another jail");
        }
        requireCovered(left.jail());
        if (record.find(jail).isPresent()) {
            throw KernelRefusal.permanent(
                    "RootPathRefused",
                    "the root path " + path
                            + " holds kept files, which only a jail without files of its own can take over");
        }
    }

    /** Files whose customer is not known are that of the one who knows their range. */
    private boolean isOfSameCustomer(Holding left, FilesClaim of) {
        return left.customer().isEmpty()
                ? of.firstHostId().equals(OptionalLong.of(record.borne(left).first()))
                : left.customer().equals(of.customer());
    }
}
