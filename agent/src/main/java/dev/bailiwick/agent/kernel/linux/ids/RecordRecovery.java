package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.InvalidValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;

/** Reads the record when an agent starts, and restores lost entries from the files themselves. */
final class RecordRecovery {

    private final HostLayout layout;
    private final Path file;
    private final RangeSlots slots;
    private final RecordedFiles record;
    private final RecordedPaths paths;

    RecordRecovery(HostLayout layout, Path file, RangeSlots slots, RecordedFiles record, RecordedPaths paths) {
        this.layout = layout;
        this.file = file;
        this.slots = slots;
        this.record = record;
        this.paths = paths;
    }

    /** @return what is wrong with the record; empty if nothing is */
    String recover() throws IOException {
        boolean isThere = Files.exists(file);
        JournalFile.Content content = JournalFile.read(file);
        int damaged = content.damaged();
        for (String line : content.lines()) {
            damaged += record.replay(line) ? 0 : 1;
        }
        // If the agent ended before it cleared the reserve, the file also contains these lines.
        JournalFile.readReserve(file).forEach(record::replay);
        if (!isThere) {
            LegacyRanges.read(layout).forEach(record::own);
        }
        if (isThere && damaged == 0) {
            return "";
        }
        recordStrays();
        if (isThere) {
            Path aside = file.resolveSibling(file.getFileName() + ".damaged");
            Files.copy(file, aside, StandardCopyOption.REPLACE_EXISTING);
            return file + " was damaged in " + damaged + " lines and was copied to " + aside
                    + ": files without a record stay where they are, and are listed as kept files without an owner";
        }
        // An earlier agent kept no record of directories: a range without a directory is free.
        record.jails().stream().filter(jail -> !record.hasFiles(jail)).forEach(record::disown);
        return "";
    }

    /**
     * Records unknown directories. Files with the ids of a known jail become that jail's; other files are kept as if an unknown jail had
     * left them.
     */
    private void recordStrays() throws IOException {
        StrayFiles.below(layout.rootBase(), layout.rootBase().resolve(IdRanges.DIRECTORY), this::coveredRange)
                .forEach(this::recordStray);
    }

    private void recordStray(String path, IdRange range) {
        Optional<Holding> known = record.at(path);
        if (known.filter(holding -> record.find(holding.jail()).equals(Optional.of(range)))
                .isPresent()) {
            return;
        }
        JailId owner = record.ownerOf(range).orElseGet(() -> {
            JailId unknown = new JailId(UUID.randomUUID());
            record.own(unknown, range);
            return unknown;
        });
        // A directory whose name no definition can have stays where it is; its range is never used again.
        if (known.isEmpty() && isRootPath(path)) {
            record.put(new Holding(path, owner, "", Holding.Fate.KEPT));
        }
    }

    private boolean isRootPath(String path) {
        try {
            return !paths.pathOf(path).value().isEmpty();
        } catch (InvalidValue e) {
            return false;
        }
    }

    private Optional<IdRange> coveredRange(long id) {
        return Optional.of(IdRange.ofNumber(IdRange.numberOf(id))).filter(slots::covers);
    }
}
