package dev.bailiwick.server.jail.rest;

import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileResult.Reason;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;

/** A host that has regular files only; it notes what it was asked. */
final class FilesInMemory implements Function<FileRequest, FileResult> {

    final Map<String, byte[]> contents = new TreeMap<>();
    final Map<String, ByteArrayOutputStream> uploads = new TreeMap<>();
    final List<FileRequest> asked = new ArrayList<>();
    /** How often a removal has to be repeated. */
    int removals = 1;

    FileEntry entry(FilePath path) {
        byte[] content = contents.getOrDefault(path.text(), new byte[0]);
        return new FileEntry(
                path.name(),
                FileKind.FILE,
                content.length,
                0644,
                OptionalInt.of(33),
                OptionalInt.empty(),
                Instant.ofEpochSecond(1_700_000_000),
                Optional.empty(),
                false,
                "7-" + Integer.toHexString(Arrays.hashCode(content)));
    }

    @Override
    public synchronized FileResult apply(FileRequest request) {
        asked.add(request);
        return switch (request) {
            case FileRequest.Read(FilePath path, long offset, int length) -> {
                byte[] content = contents.get(path.text());
                if (content == null) {
                    yield new FileResult.Refused(Reason.NOT_FOUND, "nothing is at the path");
                }
                int from = (int) Math.min(offset, content.length);
                yield new FileResult.Content(
                        new FileBytes(Arrays.copyOfRange(content, from, Math.min(content.length, from + length))),
                        entry(path));
            }
            case FileRequest.Write write -> write(write);
            case FileRequest.FindUpload(FilePath _, var upload) ->
                new FileResult.Uploaded(
                        uploads.containsKey(upload.text())
                                ? uploads.get(upload.text()).size()
                                : 0);
            case FileRequest.DropUpload(FilePath _, var upload) -> {
                uploads.remove(upload.text());
                yield new FileResult.Uploaded(0);
            }
            case FileRequest.List _ ->
                new FileResult.Entries(
                        contents.keySet().stream()
                                .map(path -> entry(FilePath.parse(path)))
                                .toList(),
                        Optional.of(42L));
            case FileRequest.Search(FilePath _, String text, int _) ->
                new FileResult.Matches(
                        contents.keySet().stream()
                                .filter(path -> path.contains(text))
                                .map(FilePath::parse)
                                .map(path -> new FileResult.Match(path, entry(path)))
                                .toList(),
                        true);
            case FileRequest.Remove _ -> new FileResult.Removed(10, --removals == 0);
            case FileRequest.Rename(FilePath path, FilePath to, boolean _) -> {
                byte[] content = contents.remove(path.text());
                if (content != null) {
                    contents.put(to.text(), content);
                }
                yield new FileResult.Found(entry(to));
            }
            default -> new FileResult.Found(entry(request.path()));
        };
    }

    private FileResult write(FileRequest.Write write) {
        String name = write.upload().text();
        if (write.offset() == 0) {
            uploads.put(name, new ByteArrayOutputStream());
        }
        ByteArrayOutputStream upload = uploads.get(name);
        if (upload == null || upload.size() != write.offset()) {
            return new FileResult.Refused(Reason.CHANGED, "the upload has another size");
        }
        upload.writeBytes(write.bytes().bytes());
        if (write.end().isEmpty()) {
            return new FileResult.Uploaded(upload.size());
        }
        if (write.end().get().isNew() && contents.containsKey(write.path().text())) {
            return new FileResult.Refused(Reason.EXISTS, "something is at the path");
        }
        contents.put(write.path().text(), upload.toByteArray());
        uploads.remove(name);
        return new FileResult.Found(entry(write.path()));
    }
}
