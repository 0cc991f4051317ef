package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.FilesReport;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Which jail owns which range of ids, and which directories bear them. The record stands beside the files, in a directory of the root
 * base that no jail can have: whoever moves the disk moves the record with it, and whatever else an agent keeps may be lost.
 *
 * <p>INVARIANT: a range stays with its jail as long as a directory is recorded that may bear its ids; a directory is recorded, durably,
 * before anything in it is given to the jail, and is struck out only once it is gone.
 *
 * <p>The record is a {@link LineJournal} of what {@link RecordedFiles} says. A range can be held back for a jail that is not known yet;
 * once it is offered the next new jail gets it.
 */
public final class IdRanges implements AutoCloseable {

    /** Below the root base; no root path may lie there. */
    public static final String DIRECTORY = ".bailiwick";

    private final RangeSlots slots;
    private final RecordedFiles record;
    private final RecordedPaths paths;
    private final ClaimRules rules;
    private final RecordChanges changes;
    private final String damage;

    public IdRanges(HostLayout layout) {
        this.slots = new RangeSlots(layout);
        this.record = new RecordedFiles(slots);
        this.paths = new RecordedPaths(layout);
        this.rules = new ClaimRules(record, slots);
        Path directory = layout.rootBase().resolve(DIRECTORY);
        Path file = directory.resolve("files");
        try {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            this.damage = new RecordRecovery(layout, file, slots, record, paths).recover();
            this.changes = new RecordChanges(file, this, record, slots, paths);
            LegacyRanges.remove(layout);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is wrong with the record; empty if nothing is. */
    public String damage() {
        return damage;
    }

    /** The jail's range, where it has one. */
    public Optional<IdRange> find(JailId jail) {
        return record.find(jail);
    }

    /** The jail's range, which is from now on its own; on disk once {@link #awaitDurable} has returned. */
    public synchronized IdRange rangeOf(JailId jail) {
        return record.find(jail).orElseGet(() -> give(range -> changes.own(jail, range)));
    }

    /**
     * Gives the jail this directory for its files, and a range for its ids if it has none; on disk once {@link #awaitDurable} has
     * returned. Files that a removed jail of the same customer left there are the jail's, with their range.
     *
     * @param path below the root base
     * @param borne the range that what is there bears; empty where it bears none, or nothing is there
     * @throws KernelRefusal if the directory is another's, or lies above or below one that is
     */
    public synchronized Claim claim(JailId jail, FilesClaim of, String path, Optional<IdRange> borne) {
        rules.requireCovered(jail);
        Optional<Holding> own = record.at(path).filter(holding -> holding.jail().equals(jail));
        if (own.isPresent()) {
            return new Claim.Granted(settle(own.get(), of), false, Optional.empty());
        }
        Optional<Holding> other = record.overlapping(jail, path);
        if (other.isPresent()) {
            return takeOver(jail, of, path, other.get());
        }
        Optional<Holding> elsewhere = record.of(jail).min(Comparator.comparing(Holding::fate));
        if (elsewhere.isPresent()) {
            return new Claim.Elsewhere(elsewhere.get().path());
        }
        Holding granted = new Holding(path, jail, of.customer(), Holding.Fate.USED);
        Optional<IdRange> known = borne.filter(r -> of.firstHostId().equals(OptionalLong.of(r.first())));
        return new Claim.Granted(grant(granted, known), true, Optional.empty());
    }

    /** @param known the range that the directory is known to bear, for a jail that has none */
    private IdRange grant(Holding granted, Optional<IdRange> known) {
        Optional<IdRange> range = record.find(granted.jail()).or(() -> known.filter(slots::isFree));
        if (range.isPresent()) {
            changes.grant(granted, range.get());
            return range.get();
        }
        return give(next -> changes.grant(granted, next));
    }

    /** Whether this is the jail's directory already, so that nothing has to be recorded. */
    public synchronized Optional<IdRange> granted(JailId jail, FilesClaim of, String path) {
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
                        // What an agent without a record left elsewhere: it is not what the jail uses.
                        record.of(known.jail())
                                .filter(h -> !h.equals(known) && !h.isKept())
                                .map(h -> h.as(Holding.Fate.KEPT)),
                        Stream.of(new Holding(known.path(), known.jail(), customer, Holding.Fate.USED))
                                .filter(h -> !h.equals(known)))
                .toList();
        changes.put(range, changed);
        return range;
    }

    private Claim takeOver(JailId jail, FilesClaim of, String path, Holding left) {
        rules.requireMayTakeOver(jail, of, path, left);
        IdRange range = record.borne(left);
        JailId predecessor = left.jail();
        changes.pass(
                predecessor,
                jail,
                record.of(predecessor)
                        .map(h -> h.of(jail, of.customer()).as(h.equals(left) ? Holding.Fate.USED : Holding.Fate.KEPT))
                        .toList());
        return new Claim.Granted(range, false, Optional.of(predecessor));
    }

    /** The jail's files are at another path now. */
    public synchronized void moved(JailId jail, String from, String to) {
        Holding before = record.at(from).orElseThrow();
        changes.move(before, new Holding(to, jail, before.customer(), Holding.Fate.USED));
    }

    /** Nothing is left in this directory. */
    public synchronized void left(JailId jail, String path) {
        record.at(path).filter(holding -> holding.jail().equals(jail)).ifPresent(changes::remove);
    }

    /** All directories of the jail are this customer's from now on; on disk once {@link #awaitDurable} has returned. */
    public synchronized void own(JailId jail, String customer) {
        if (customer.isEmpty()) {
            return;
        }
        record.find(jail)
                .ifPresent(range -> changes.put(
                        range,
                        record.of(jail)
                                .filter(h -> !h.customer().equals(customer))
                                .map(h -> h.of(jail, customer))
                                .toList()));
    }

    /** The jail is removed and its files stay; one without files gives its range back. */
    public synchronized void keep(JailId jail) {
        Optional<IdRange> range = record.find(jail);
        if (range.isEmpty()) {
            // The server may believe that files are left at this path; a new version has it told which files there are.
            changes.reportAgain();
            return;
        }
        changes.put(
                range.get(),
                record.of(jail)
                        .filter(h -> !h.isKept())
                        .map(h -> h.as(Holding.Fate.KEPT))
                        .toList());
        freeWithoutFiles(jail);
    }

    /** The directories in which the jail has files; also those at {@code path} of which it is not known whose they are. */
    public synchronized List<Holding> heldBy(JailId jail, String path) {
        return record.all()
                .filter(h -> h.jail().equals(jail)
                        || (h.path().equals(path) && h.isKept() && h.customer().isEmpty()))
                .toList();
    }

    /** Whether another jail has files in this directory, or above or below it. */
    public synchronized boolean isAnothers(JailId jail, String path) {
        return record.overlapping(jail, path).isPresent();
    }

    /** Gives the jail's range to whoever comes next, unless there is a directory that may bear its ids. */
    public synchronized void freeWithoutFiles(JailId jail) {
        if (record.find(jail).isPresent() && !record.hasFiles(jail)) {
            changes.free(jail);
        }
    }

    public synchronized FilesReport report() {
        return changes.report();
    }

    /** A range that no jail gets, until it is offered; empty where all are in use. */
    public synchronized Optional<IdRange> holdBack() {
        return slots.takeNext();
    }

    /** The next new jail gets this range, which was held back. */
    public synchronized void offer(IdRange range) {
        slots.offer(range);
    }

    /** The range that was offered is held back again; false where a jail has got it. */
    public synchronized boolean withdraw(IdRange range) {
        return slots.withdraw(range);
    }

    /** The range that was held back may be any new jail's again, unless it has become a jail's. */
    public synchronized void giveBack(IdRange range) {
        if (record.ownerOf(range).isEmpty()) {
            slots.withdraw(range);
            slots.free(range);
        }
    }

    /** The jail runs, and has this range, whether or not that was on disk. */
    public synchronized void adopt(JailId jail, IdRange range) {
        if (!covers(range) || !record.find(jail).orElse(range).equals(range)) {
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
            // The record was lost while the jail ran: the files that bear its ids are its own.
            changes.pass(owner.get(), jail, used(found.stream().map(h -> h.of(jail, ""))));
        }
    }

    private static List<Holding> used(Stream<Holding> holdings) {
        return holdings.map(h -> h.as(Holding.Fate.USED)).toList();
    }

    /** Takes the next range for {@code change}, or leaves it to the next jail where the change cannot be recorded. */
    private IdRange give(Consumer<IdRange> change) {
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

    /** Whether the range is one of this host's. */
    public boolean covers(IdRange range) {
        return slots.covers(range);
    }

    /** Whose range this id of the host's lies in; empty where it is nobody's. */
    public synchronized Optional<JailId> jailOf(long id) {
        return record.ownerOf(IdRange.ofNumber(IdRange.numberOf(id)));
    }

    /**
     * Returns once all that has been recorded so far is on disk.
     *
     * @throws UncheckedIOException if it cannot be brought there; another call tries again
     */
    public synchronized void awaitDurable() {
        try {
            changes.awaitDurable();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KernelRefusal.transientFailure("AgentStops", "the agent is stopping");
        }
    }

    /** A path below the root base, as the record has it: as its name on the disk reads. */
    public String recorded(RootPath path) {
        return paths.recorded(path);
    }

    public RootPath pathOf(String recorded) {
        return paths.pathOf(recorded);
    }

    @Override
    public void close() {
        changes.close();
    }
}
