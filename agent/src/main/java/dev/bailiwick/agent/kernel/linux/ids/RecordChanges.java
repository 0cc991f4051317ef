package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.kernel.FilesReport;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.KeptFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Changes to the record. Each change is first appended to the journal and then applied in memory. If the append fails with an
 * {@link java.io.UncheckedIOException}, nothing has changed. The removal of a jail works even when the disk is full, because space is
 * reserved for it. Guarded by the owner's lock.
 */
final class RecordChanges implements AutoCloseable {

    private final RecordedFiles record;
    private final RangeSlots slots;
    private final RecordedPaths paths;
    private final LineJournal journal;
    private long version = 1;
    /** The list in the last {@link #report}; null after a change. */
    private @Nullable List<KeptFiles> kept;

    /** Writes the journal from scratch, durably. */
    RecordChanges(Path file, Object lock, RecordedFiles record, RangeSlots slots, RecordedPaths paths)
            throws IOException {
        this.record = record;
        this.slots = slots;
        this.paths = paths;
        this.journal = new LineJournal(file, "id-ranges", lock, record::lines);
    }

    /** Records that the jail has this range. */
    void own(JailId jail, IdRange range) {
        journal.append(List.of(RecordedFiles.line(jail, range)));
        record.own(jail, range);
    }

    /** Records that the jail has this directory and its files belong to this range. */
    void grant(Holding holding, IdRange range) {
        journal.append(List.of(holding.line(range)));
        record.own(holding.jail(), range);
        record.put(holding);
    }

    /** Records the new state of these directories of one jail. */
    void put(IdRange range, List<Holding> changed) {
        if (!changed.isEmpty()) {
            List<String> lines = changed.stream().map(h -> h.line(range)).toList();
            if (changed.stream().allMatch(Holding::isKept)) {
                journal.appendInReserve(lines);
            } else {
                journal.append(lines);
            }
            changed.forEach(h -> {
                Holding before = record.put(h);
                keptChanged(h.isKept() || (before != null && before.isKept()));
            });
        }
    }

    /** Transfers a range with all its directories to another jail. */
    void pass(JailId from, JailId to, List<Holding> passed) {
        IdRange range = record.find(from).orElseThrow();
        journal.append(Stream.concat(
                        Stream.of(RecordedFiles.free(from)), passed.stream().map(h -> h.line(range)))
                .toList());
        record.disown(from);
        record.own(to, range);
        passed.forEach(record::put);
        keptChanged(true);
    }

    /** Records a directory's new path. */
    void move(Holding before, Holding after) {
        journal.append(List.of(after.line(record.borne(before)), RecordedFiles.left(before.jail(), before.path())));
        record.remove(before.path());
        record.put(after);
        keptChanged(before.isKept());
    }

    /** Records that a directory was deleted. */
    void remove(Holding holding) {
        journal.appendInReserve(List.of(RecordedFiles.left(holding.jail(), holding.path())));
        record.remove(holding.path());
        keptChanged(holding.isKept());
    }

    /** Records that the jail no longer has a range. */
    void free(JailId jail) {
        journal.appendInReserve(List.of(RecordedFiles.free(jail)));
        record.disown(jail);
    }

    // ---- files of removed jails
    // ---------------------------------------------------------------------------------------

    FilesReport report() {
        if (kept == null) {
            kept = record.all()
                    .filter(Holding::isKept)
                    .map(h -> new KeptFiles(
                            h.jail(),
                            paths.pathOf(h.path()),
                            h.customer(),
                            OptionalLong.of(record.borne(h).first())))
                    .toList();
        }
        return new FilesReport(version, slots.count(), record.count(), kept);
    }

    /** Gives the next report a new version, even if nothing has changed. */
    void reportAgain() {
        version++;
    }

    private void keptChanged(boolean changed) {
        if (changed) {
            kept = null;
            version++;
        }
    }

    /** See {@link LineJournal#awaitDurable}. */
    void awaitDurable() throws InterruptedException {
        journal.awaitDurable();
    }

    @Override
    public void close() {
        journal.close();
    }
}
