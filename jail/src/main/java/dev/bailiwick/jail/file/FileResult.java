package dev.bailiwick.jail.file;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What came of a {@link FileRequest}. */
public sealed interface FileResult {

    /** What is there: the answer to a look, and to every change that leaves a file. */
    record Found(FileEntry entry) implements FileResult {}

    /** @param next where the next part begins; empty if there is none */
    record Entries(List<FileEntry> entries, Optional<Long> next) implements FileResult {

        public Entries {
            entries = List.copyOf(entries);
        }
    }

    /** @param file the file as it was after the bytes were read */
    record Content(FileBytes bytes, FileEntry file) implements FileResult {}

    /** @param size how much of an upload is there */
    record Uploaded(long size) implements FileResult {}

    /** @param isComplete whether nothing is left; otherwise the same request goes on */
    record Removed(long files, boolean isComplete) implements FileResult {}

    /** @param isComplete whether everything was searched; otherwise there may be more */
    record Matches(List<Match> matches, boolean isComplete) implements FileResult {

        public Matches {
            matches = List.copyOf(matches);
        }
    }

    record Match(FilePath path, FileEntry entry) {}

    /**
     * What came of the first requests of a batch, in their order; the others were not tried.
     *
     * @param results 1 to {@link FileRequest.Batch#MAX}, none of them of a batch
     */
    record Results(List<FileResult> results) implements FileResult {

        public Results {
            results = List.copyOf(results);
            if (results.isEmpty() || results.size() > FileRequest.Batch.MAX) {
                throw new InvalidValue("must have 1 to 200 results");
            }
            if (results.stream().anyMatch(Results.class::isInstance)) {
                throw new InvalidValue("has results of a batch in a batch");
            }
        }
    }

    /** @param detail a sentence for whoever asked */
    record Refused(Reason reason, String detail) implements FileResult {}

    /** Why nothing was done. */
    enum Reason {
        /** Nothing is there, or a link leads nowhere. */
        NOT_FOUND,
        /** Something is there already. */
        EXISTS,
        /** It is another kind of file than the request needs. */
        WRONG_KIND,
        /** It is on another file system than the jail's own files. */
        MOUNTED,
        /** It is not the jail's. */
        NOT_ALLOWED,
        /** The file has another version, or an upload another size, than the caller believes. */
        CHANGED,
        /** The disk or the share of the jail is full. */
        NO_SPACE,
        /** The kernel refuses it for another reason that will last. */
        INVALID,
        /** Not now: the jail starts or stops, or too much is done with its files already. */
        BUSY,
        /** The jail has no files on this host yet. */
        NO_FILES;

        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Returns the reason with this {@link #text()}; empty if there is none. */
        public static Optional<Reason> find(String text) {
            for (Reason reason : values()) {
                if (reason.text().equals(text)) {
                    return Optional.of(reason);
                }
            }
            return Optional.empty();
        }
    }
}
