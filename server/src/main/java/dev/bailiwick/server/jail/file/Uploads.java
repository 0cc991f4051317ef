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
import java.io.IOException;
import java.io.InputStream;
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

    private static final FileRequest.End END = new FileRequest.End(Optional.empty(), true, OptionalInt.of(0600));
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

    /** A file that is written beside its place, and gets its name once it has content, owner and permissions: so nobody finds it with setuid and another owner. */
    record Placing(FilePath path, FilePath aside, UploadId upload, Attributes attributes) {

        /** Returns all that is to be done if the content is one part. */
        List<FileRequest> steps(FileBytes content) {
            List<FileRequest> steps = new ArrayList<>(last());
            steps.addFirst(new FileRequest.Write(aside, upload, 0, content, Optional.of(END)));
            return steps;
        }

        /** Returns what is to be done once the content is there. */
        private List<FileRequest> last() {
            return List.of(
                    new FileRequest.SetOwner(aside, attributes.owner(), attributes.group()),
                    new FileRequest.SetMode(aside, attributes.mode()),
                    new FileRequest.Rename(aside, path, true));
        }
    }

    static Placing placing(FilePath path, Attributes attributes) {
        UploadId upload = new UploadId(UUID.randomUUID().toString());
        return new Placing(path, path.parent().child(ASIDE + upload.text().substring(0, 8)), upload, attributes);
    }

    /**
     * Replaces what is at a path, a link itself too, or creates a file there; leaves nothing else behind if that fails.
     *
     * @throws IOException if the content does not arrive
     */
    void put(Transfer transfer, FilePath path, InputStream content, Attributes attributes) throws IOException {
        Placing placing = placing(path, attributes);
        try {
            var _ = goOn(transfer, placing.aside(), placing.upload(), 0, content, Optional.of(END));
            List<FileRequest> steps = placing.last();
            while (!steps.isEmpty()) {
                List<FileResult> results = transfer.ask(steps);
                results.forEach(result -> FileRefusals.done(result, FileResult.Found.class));
                steps = steps.subList(results.size(), steps.size());
            }
        } catch (IOException | RuntimeException e) {
            abandon(transfer.tree(), placing, e);
            throw e;
        }
    }

    /** Leaves nothing behind of a file that cannot be placed. */
    void abandon(JailFileWork.Tree tree, Placing placing, Exception because) {
        drop(tree, placing.aside(), placing.upload(), because);
        remove(tree, placing.aside(), because);
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
