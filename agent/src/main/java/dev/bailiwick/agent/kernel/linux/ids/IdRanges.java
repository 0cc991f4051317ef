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
import java.util.List;
import java.util.Optional;

/**
 * Records which jail owns which range of ids, and which directories carry these ids. The record lies beside the files, in a directory
 * of the root base that no jail can have. So it moves with the disk, and survives the loss of everything else that an agent keeps.
 *
 * <p>INVARIANT: a range stays with its jail as long as a directory is recorded that may carry its ids. A directory is recorded,
 * durably, before anything in it is given to the jail, and is removed from the record only after it is gone.
 *
 * <p>The record is a {@link LineJournal} of {@link RecordedFiles}. A range can be held back for a jail that is not known yet; after it
 * is offered, the next new jail gets it.
 */
public final class IdRanges implements AutoCloseable {

    /** The directory of the record, below the root base; no root path may lie there. */
    public static final String DIRECTORY = ".bailiwick";

    private final RangeSlots slots;
    private final RecordedFiles record;
    private final RecordedPaths paths;
    private final RecordChanges changes;
    private final FreeRanges free;
    private final FileClaims claims;
    private final String damage;

    public IdRanges(HostLayout layout) {
        this.slots = new RangeSlots(layout);
        this.record = new RecordedFiles(slots);
        this.paths = new RecordedPaths(layout);
        Path directory = layout.rootBase().resolve(DIRECTORY);
        Path file = directory.resolve("files");
        try {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            this.damage = new RecordRecovery(layout, file, slots, record, paths).recover();
            this.changes = new RecordChanges(file, this, record, slots, paths);
            this.free = new FreeRanges(slots, record);
            this.claims = new FileClaims(record, slots, changes, free);
            LegacyRanges.remove(layout);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns what is wrong with the record; empty if nothing is. */
    public String damage() {
        return damage;
    }

    /** Returns the jail's range, if it has one. */
    public Optional<IdRange> find(JailId jail) {
        return record.find(jail);
    }

    /** Returns the jail's range. A jail without a range gets one, which is on disk after {@link #awaitDurable} has returned. */
    public synchronized IdRange rangeOf(JailId jail) {
        return record.find(jail).orElseGet(() -> free.give(range -> changes.own(jail, range)));
    }

    /**
     * Gives the jail this directory for its files, and a range for its ids if it has none. On disk after {@link #awaitDurable} has
     * returned. If a removed jail of the same customer left files there, the jail gets them with their range.
     *
     * @param path below the root base
     * @param borne the range whose ids the files there carry; empty if there is none
     * @throws KernelRefusal if the directory belongs to another jail, or lies above or below one that does
     */
    public synchronized ClaimResult claim(JailId jail, FilesClaim of, String path, Optional<IdRange> borne) {
        return claims.claim(jail, of, path, borne);
    }

    /** Returns the jail's range, if this is its directory already, so that nothing must be recorded. */
    public synchronized Optional<IdRange> granted(JailId jail, FilesClaim of, String path) {
        return claims.granted(jail, of, path);
    }

    /** Notes that the jail's files are at another path now. */
    public synchronized void moved(JailId jail, String from, String to) {
        Holding before = record.at(from).orElseThrow();
        changes.move(before, new Holding(to, jail, before.customer(), Holding.Fate.USED));
    }

    /** Notes that nothing is left in this directory. */
    public synchronized void left(JailId jail, String path) {
        record.at(path).filter(holding -> holding.jail().equals(jail)).ifPresent(changes::remove);
    }

    /** Gives all directories of the jail to this customer. On disk after {@link #awaitDurable} has returned. */
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

    /** Notes that the jail is removed and its files stay. A jail without files gives its range back. */
    public synchronized void keep(JailId jail) {
        Optional<IdRange> range = record.find(jail);
        if (range.isEmpty()) {
            // The server may assume that files are left at this path. A new version of the report tells it which files
            // there are.
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

    /** Returns the directories in which the jail has files. */
    public synchronized List<Holding> heldBy(JailId jail) {
        return record.of(jail).toList();
    }

    /**
     * Returns the directories in which the jail has files, and the directory at {@code path} if it has kept files of an unknown
     * customer.
     */
    public synchronized List<Holding> heldBy(JailId jail, String path) {
        return record.all()
                .filter(h -> h.jail().equals(jail)
                        || (h.path().equals(path) && h.isKept() && h.customer().isEmpty()))
                .toList();
    }

    /** Returns whether another jail has files in this directory, above it or below it. */
    public synchronized boolean isAnothers(JailId jail, String path) {
        return record.overlapping(jail, path).isPresent();
    }

    /** Frees the jail's range for other jails, unless a directory is recorded that may carry its ids. */
    public synchronized void freeWithoutFiles(JailId jail) {
        if (record.find(jail).isPresent() && !record.hasFiles(jail)) {
            changes.free(jail);
        }
    }

    public synchronized FilesReport report() {
        return changes.report();
    }

    /** Holds back a range, which no jail gets until it is offered. Empty if all are in use. */
    public synchronized Optional<IdRange> holdBack() {
        return slots.takeNext();
    }

    /** Offers a range that was held back: the next new jail gets it. */
    public synchronized void offer(IdRange range) {
        slots.offer(range);
    }

    /** Holds back a range again that was offered. Returns false if a jail has it now. */
    public synchronized boolean withdraw(IdRange range) {
        return slots.withdraw(range);
    }

    /** Frees a range that was held back, unless a jail has it now. */
    public synchronized void giveBack(IdRange range) {
        if (record.ownerOf(range).isEmpty()) {
            slots.withdraw(range);
            slots.free(range);
        }
    }

    /** Notes that the jail runs with this range, even if the record does not say so. */
    public synchronized void adopt(JailId jail, IdRange range) {
        claims.adopt(jail, range);
    }

    /** Returns whether the range belongs to this host. */
    public boolean covers(IdRange range) {
        return slots.covers(range);
    }

    /** Returns the jail in whose range this user id of the host lies; empty if there is none. */
    public synchronized Optional<JailId> jailOf(long id) {
        return record.ownerOf(IdRange.ofNumber(IdRange.numberOf(id)));
    }

    /**
     * Returns once everything that has been recorded so far is on disk.
     *
     * @throws UncheckedIOException if it cannot be written; another call tries again
     */
    public synchronized void awaitDurable() {
        try {
            changes.awaitDurable();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KernelRefusal.transientFailure("AgentStops", "the agent is stopping");
        }
    }

    /** Returns the path in the form of the record, as the directory is named on the disk. */
    public String recorded(RootPath path) {
        return paths.recorded(path);
    }

    /** Returns the root path of a directory in the record; the reverse of {@link #recorded}. */
    public RootPath pathOf(String recorded) {
        return paths.pathOf(recorded);
    }

    @Override
    public void close() {
        changes.close();
    }
}
