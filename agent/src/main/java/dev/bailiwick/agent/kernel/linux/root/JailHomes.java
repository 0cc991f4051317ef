package dev.bailiwick.agent.kernel.linux.root;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.linux.ids.ClaimResult;
import dev.bailiwick.agent.kernel.linux.ids.Holding;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.ids.IdRanges;
import dev.bailiwick.agent.recording.Logs;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.desired.PreviousFiles;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Changes the files of jails and their record together, in an order that stays correct across a power failure. */
public final class JailHomes {

    private final IdRanges ranges;
    private final JailFiles files;
    private final MountRemovals mountRemovals;
    private final Logs logs;

    public JailHomes(IdRanges ranges, JailFiles files, MountRemovals mountRemovals, Logs logs) {
        this.ranges = ranges;
        this.files = files;
        this.mountRemovals = mountRemovals;
        this.logs = logs;
    }

    /**
     * Claims the definition's path for the jail, and moves or deletes files that the jail has at another path.
     *
     * @return an action that undoes this claim if nothing was executed
     */
    public Runnable claim(JailId jail, JailDefinition definition, FilesClaim claim) {
        RootPath path = definition.path();
        String recorded = ranges.recorded(path);
        if (ranges.granted(jail, claim, recorded).isPresent()) {
            return () -> {};
        }
        while (true) {
            OptionalLong owner = files.ownerOf(path);
            boolean blank = !(definition.base() instanceof Base.Directory) && (owner.isEmpty() || files.isBlank(path));
            switch (ranges.claim(jail, claim, recorded, borne(owner))) {
                case ClaimResult.Granted(IdRange range, boolean isNew, Optional<JailId> predecessor) -> {
                    predecessor.ifPresent(logs::delete);
                    return isNew ? () -> giveBack(jail, path, range, blank) : () -> {};
                }
                case ClaimResult.Elsewhere(String from) -> bring(jail, from, recorded, claim.previous());
            }
        }
    }

    private void bring(JailId jail, String from, String to, PreviousFiles previous) {
        mountRemovals.await(jail);
        switch (previous) {
            case MOVED -> {
                files.move(ranges.pathOf(from), ranges.pathOf(to));
                ranges.moved(jail, from, to);
            }
            case DELETED -> {
                files.delete(ranges.pathOf(from));
                ranges.left(jail, from);
            }
        }
    }

    private static Optional<IdRange> borne(OptionalLong owner) {
        return owner.isEmpty() ? Optional.empty() : Optional.of(IdRange.ofNumber(IdRange.numberOf(owner.getAsLong())));
    }

    private void giveBack(JailId jail, RootPath path, IdRange range, boolean wasBlank) {
        if (wasBlank) {
            files.takeBack(path, range);
        }
        if (borne(files.ownerOf(path)).filter(range::equals).isEmpty()) {
            ranges.left(jail, ranges.recorded(path));
            ranges.freeWithoutFiles(jail);
        }
    }

    /** Sets the owner of the jail's files; keeps the current owner if the customer is unknown. */
    public void own(JailId jail, String customer) {
        ranges.own(jail, customer);
    }

    /** Keeps the files of a jail that is removed. A directory without files is not kept. */
    public void keep(JailId jail) {
        ranges.find(jail).ifPresent(range -> leaveBlank(jail, range));
        ranges.keep(jail);
        if (ranges.find(jail).isEmpty()) {
            logs.delete(jail);
        }
    }

    /**
     * Gives up the directories of a jail in which nothing is: those of a jail whose agent ended before the first file, and those that an
     * operator has cleared.
     */
    private void leaveBlank(JailId jail, IdRange range) {
        for (Holding holding : ranges.heldBy(jail)) {
            RootPath path = ranges.pathOf(holding.path());
            if (files.isBlank(path)) {
                files.takeBack(path, range);
                ranges.left(jail, holding.path());
            }
        }
    }

    public void delete(JailId jail, RootPath path) {
        String recorded = ranges.recorded(path);
        List<Holding> held = ranges.heldBy(jail, recorded);
        if (held.isEmpty() && !ranges.isAnothers(jail, recorded)) {
            files.delete(path);
        }
        for (Holding holding : held) {
            files.delete(ranges.pathOf(holding.path()));
            ranges.left(holding.jail(), holding.path());
            ranges.freeWithoutFiles(holding.jail());
        }
        logs.delete(jail);
        ranges.freeWithoutFiles(jail);
    }
}
