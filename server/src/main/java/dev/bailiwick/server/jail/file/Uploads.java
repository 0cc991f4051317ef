package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileRequest.UploadId;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.jail.file.content.ContentWriter;
import dev.bailiwick.server.jail.file.failure.FileRefusals;
import dev.bailiwick.server.problem.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Sends the content of files to hosts, part by part, as it arrives. */
@Component
class Uploads {

    /** A file that does not have its name yet. */
    private static final String ASIDE = ".bailiwick-unpack-";

    private static final int PRIVATE = 0600;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final JailFileWork files;

    Uploads(JailFileWork files) {
        this.files = files;
    }

    /**
     * How far an upload is.
     *
     * @param file the new file; empty if the upload has not ended
     */
    record Progress(long size, Optional<FileEntry> file) {}

    /**
     * Replaces a file, or creates it; leaves nothing behind if that fails.
     *
     * @throws IOException if the content does not arrive
     */
    FileEntry write(Transfer transfer, FilePath path, InputStream content, FileRequest.End end) throws IOException {
        UploadId upload = new UploadId(UUID.randomUUID().toString());
        try {
            return goOn(transfer, path, upload, 0, content, Optional.of(end))
                    .file()
                    .orElseThrow();
        } catch (IOException | RuntimeException e) {
            drop(transfer.tree(), path, upload, e);
            throw e;
        }
    }

    /** Who owns a file, and its permissions. */
    record Attributes(int owner, int group, int mode) {}

    /**
     * Replaces what is at a path, a link itself too, or creates a file there; leaves nothing else behind if that fails. The file has its
     * content, owner and permissions before it gets its name, so nobody finds it with setuid and another owner.
     *
     * @throws IOException if the content does not arrive
     */
    void put(Transfer transfer, FilePath path, InputStream content, Attributes attributes) throws IOException {
        UploadId upload = new UploadId(UUID.randomUUID().toString());
        FilePath aside = path.parent().child(ASIDE + upload.text().substring(0, 8));
        FileRequest.End end = new FileRequest.End(Optional.empty(), true, OptionalInt.of(PRIVATE));
        List<FileRequest> requests = new ArrayList<>();
        byte[] first = content.readNBytes(FileBytes.MAX);
        if (first.length < FileBytes.MAX) {
            requests.add(new FileRequest.Write(aside, upload, 0, new FileBytes(first), Optional.of(end)));
        }
        requests.add(new FileRequest.SetOwner(aside, attributes.owner(), attributes.group()));
        requests.add(new FileRequest.SetMode(aside, attributes.mode()));
        requests.add(new FileRequest.Rename(aside, path, true));
        try {
            if (first.length == FileBytes.MAX) {
                InputStream whole = new SequenceInputStream(new ByteArrayInputStream(first), content);
                var _ = goOn(transfer, aside, upload, 0, whole, Optional.of(end));
            }
            while (!requests.isEmpty()) {
                List<FileResult> results = transfer.ask(requests);
                results.forEach(result -> FileRefusals.done(result, FileResult.Found.class));
                requests.subList(0, results.size()).clear();
            }
        } catch (IOException | RuntimeException e) {
            drop(transfer.tree(), aside, upload, e);
            remove(transfer.tree(), aside, e);
            throw e;
        }
    }

    private void remove(JailFileWork.Tree tree, FilePath path, Exception because) {
        try {
            files.ask(tree, new FileRequest.Remove(path), FileResult.Removed.class);
        } catch (Failure e) {
            because.addSuppressed(e);
        }
    }

    private void drop(JailFileWork.Tree tree, FilePath path, UploadId upload, Exception because) {
        try {
            files.ask(tree, new FileRequest.DropUpload(path, upload), FileResult.Uploaded.class);
        } catch (Failure e) {
            because.addSuppressed(e);
        }
    }

    /**
     * Appends to an upload. If the content does not arrive to its end, what has arrived stays.
     *
     * @param offset how much is there already
     * @param end empty if more is to come
     * @throws IOException if the content does not arrive
     */
    Progress goOn(
            Transfer transfer,
            FilePath path,
            UploadId upload,
            long offset,
            InputStream content,
            Optional<FileRequest.End> end)
            throws IOException {
        ContentWriter writer = new ContentWriter(transfer, path, upload, offset);
        try {
            copy(content, writer);
        } catch (IOException e) {
            if (writer.size() > offset) {
                keep(writer, e);
            }
            throw e;
        } catch (RuntimeException e) {
            writer.settle();
            throw e;
        }
        if (end.isPresent()) {
            return new Progress(writer.size(), Optional.of(writer.end(end.get())));
        }
        writer.flush();
        return new Progress(writer.size(), Optional.empty());
    }

    private static void copy(InputStream content, ContentWriter to) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
            to.write(buffer, 0, read);
        }
    }

    /** Has the host keep what has arrived, so that the upload can go on. */
    private static void keep(ContentWriter writer, Exception because) {
        try {
            writer.flush();
        } catch (Failure e) {
            because.addSuppressed(e);
        }
    }
}
