package dev.bailiwick.protocol;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FileName;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileResult.Match;
import dev.bailiwick.jail.file.FileResult.Reason;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.protocol.v1.FileContent;
import dev.bailiwick.protocol.v1.FileEntries;
import dev.bailiwick.protocol.v1.FileMatch;
import dev.bailiwick.protocol.v1.FileMatches;
import dev.bailiwick.protocol.v1.FileRefusal;
import dev.bailiwick.protocol.v1.FileResults;
import dev.bailiwick.protocol.v1.FileUploaded;
import dev.bailiwick.protocol.v1.FilesAnswer;
import dev.bailiwick.protocol.v1.FilesRemoved;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Converts what came of a request about files to and from its message. */
final class FileResultWire {

    private static final int MAX_TEXT = 2_000;
    private static final int MAX_REASON = 64;
    private static final int MAX_VERSION = 64;
    private static final int MAX_MODE = 07777;
    private static final int MAX_ID = 65_535;
    private static final int MAX_NANOS = 999_999_999;

    /** Each byte of a name can need four characters. */
    private static final int MAX_PATH_CHARACTERS = 4 * FilePath.MAX_BYTES;

    private FileResultWire() {}

    static FilesAnswer toWire(FileResult result) {
        FilesAnswer.Builder wire = FilesAnswer.newBuilder();
        switch (result) {
            case FileResult.Found(FileEntry entry) -> wire.setFound(toWire(entry));
            case FileResult.Entries(List<FileEntry> entries, Optional<Long> next) -> {
                FileEntries.Builder list = FileEntries.newBuilder()
                        .addAllEntries(
                                entries.stream().map(FileResultWire::toWire).toList());
                next.ifPresent(list::setNext);
                wire.setEntries(list);
            }
            case FileResult.Content(FileBytes bytes, FileEntry file) ->
                wire.setContent(FileContent.newBuilder()
                        .setContent(ByteString.copyFrom(bytes.bytes()))
                        .setFile(toWire(file)));
            case FileResult.Uploaded(long size) ->
                wire.setUploaded(FileUploaded.newBuilder().setSize(size));
            case FileResult.Removed(long files, boolean isComplete) ->
                wire.setRemoved(FilesRemoved.newBuilder().setFiles(files).setComplete(isComplete));
            case FileResult.Matches(List<Match> matches, boolean isComplete) ->
                wire.setMatches(FileMatches.newBuilder()
                        .setComplete(isComplete)
                        .addAllMatches(matches.stream()
                                .map(match -> FileMatch.newBuilder()
                                        .setPath(match.path().text())
                                        .setEntry(toWire(match.entry()))
                                        .build())
                                .toList()));
            case FileResult.Results(List<FileResult> results) ->
                wire.setResults(FileResults.newBuilder()
                        .addAllResults(
                                results.stream().map(FileResultWire::toWire).toList()));
            case FileResult.Refused(Reason reason, String detail) ->
                wire.setRefused(FileRefusal.newBuilder()
                        .setReason(reason.text())
                        .setDetail(PlainText.truncate(detail, MAX_TEXT)));
        }
        return wire.build();
    }

    private static dev.bailiwick.protocol.v1.FileEntry toWire(FileEntry entry) {
        Instant modified = entry.modified();
        dev.bailiwick.protocol.v1.FileEntry.Builder wire = dev.bailiwick.protocol.v1.FileEntry.newBuilder()
                .setName(entry.name())
                .setKind(entry.kind().text())
                .setSize(entry.size())
                .setMode(entry.mode())
                .setModifiedSeconds(modified.getEpochSecond())
                .setModifiedNanos(modified.getNano())
                .setMounted(entry.isMounted())
                .setVersion(entry.version());
        entry.owner().ifPresent(wire::setOwner);
        entry.group().ifPresent(wire::setGroup);
        entry.target().ifPresent(wire::setTarget);
        return wire.build();
    }

    /** @throws MalformedMessage if {@link #toWire(FileResult)} cannot have written it */
    static FileResult fromWire(FilesAnswer wire) {
        return switch (wire.getResultCase()) {
            case FOUND -> new FileResult.Found(entry(wire.getFound()));
            case ENTRIES -> {
                FileEntries list = wire.getEntries();
                requireFew(list.getEntriesCount());
                yield new FileResult.Entries(
                        list.getEntriesList().stream()
                                .map(FileResultWire::entry)
                                .toList(),
                        list.hasNext() ? Optional.of(Field.notNegative("next", list.getNext())) : Optional.empty());
            }
            case CONTENT ->
                new FileResult.Content(
                        Field.read(
                                "content",
                                () -> new FileBytes(
                                        wire.getContent().getContent().toByteArray())),
                        entry(wire.getContent().getFile()));
            case UPLOADED ->
                new FileResult.Uploaded(
                        Field.notNegative("size", wire.getUploaded().getSize()));
            case REMOVED ->
                new FileResult.Removed(
                        Field.notNegative("files", wire.getRemoved().getFiles()),
                        wire.getRemoved().getComplete());
            case MATCHES -> {
                requireFew(wire.getMatches().getMatchesCount());
                yield new FileResult.Matches(
                        wire.getMatches().getMatchesList().stream()
                                .map(match -> new Match(
                                        Field.read("path", () -> FilePath.parse(match.getPath())),
                                        entry(match.getEntry())))
                                .toList(),
                        wire.getMatches().getComplete());
            }
            case REFUSED ->
                new FileResult.Refused(
                        Reason.find(Field.text("reason", wire.getRefused().getReason(), MAX_REASON))
                                .orElse(Reason.INVALID),
                        Field.text("detail", wire.getRefused().getDetail(), MAX_TEXT));
            case RESULTS -> results(wire.getResults());
            case RESULT_NOT_SET -> throw new MalformedMessage("it does not say what came of the request", null);
        };
    }

    private static FileResult results(FileResults wire) {
        if (wire.getResultsList().stream().anyMatch(FilesAnswer::hasResults)) {
            throw new MalformedMessage("there are results of a batch in a batch", null);
        }
        return Field.read(
                "results",
                () -> new FileResult.Results(wire.getResultsList().stream()
                        .map(FileResultWire::fromWire)
                        .toList()));
    }

    private static FileEntry entry(dev.bailiwick.protocol.v1.FileEntry wire) {
        return new FileEntry(
                name("name", wire.getName()),
                Field.read("kind", () -> FileKind.parse(wire.getKind())),
                Field.notNegative("size", wire.getSize()),
                number("mode", wire.getMode(), MAX_MODE),
                wire.hasOwner() ? OptionalInt.of(number("owner", wire.getOwner(), MAX_ID)) : OptionalInt.empty(),
                wire.hasGroup() ? OptionalInt.of(number("group", wire.getGroup(), MAX_ID)) : OptionalInt.empty(),
                modified(wire),
                wire.hasTarget() ? Optional.of(name("target", wire.getTarget())) : Optional.empty(),
                wire.getMounted(),
                Field.text("version", wire.getVersion(), MAX_VERSION));
    }

    private static Instant modified(dev.bailiwick.protocol.v1.FileEntry wire) {
        long seconds = wire.getModifiedSeconds();
        if (seconds < FileEntry.MIN_SECONDS || seconds > FileEntry.MAX_SECONDS) {
            throw new MalformedMessage("modified_seconds is not in the years 1 to 9999", null);
        }
        return Instant.ofEpochSecond(seconds, number("modified_nanos", wire.getModifiedNanos(), MAX_NANOS));
    }

    /** Reads a name, which must be written as {@link FileName} writes it, so that it can be shown. */
    private static String name(String field, String text) {
        if (text.length() > MAX_PATH_CHARACTERS) {
            throw new MalformedMessage(field + " is too long", null);
        }
        byte[] bytes = Field.read(field, () -> FileName.bytes(text));
        if (!FileName.text(bytes).equals(text)) {
            throw new MalformedMessage(field + " is not written as the name of a file is", null);
        }
        return text;
    }

    private static void requireFew(int entries) {
        if (entries > FileRequest.MAX_ENTRIES) {
            throw new MalformedMessage("there are more than " + FileRequest.MAX_ENTRIES + " entries", null);
        }
    }

    private static int number(String field, int number, int most) {
        if (number < 0 || number > most) {
            throw new MalformedMessage(field + " is not 0 to " + most, null);
        }
        return number;
    }
}
