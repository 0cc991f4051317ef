package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileRequest.UploadId;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.problem.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Sends the content of files to hosts, part by part, as it arrives. */
@Component
class Uploads {

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
        long at = offset;
        while (true) {
            byte[] part = content.readNBytes(FileBytes.MAX);
            boolean isLast = part.length < FileBytes.MAX;
            FileRequest write =
                    new FileRequest.Write(path, upload, at, new FileBytes(part), isLast ? end : Optional.empty());
            at += part.length;
            if (isLast && end.isPresent()) {
                FileEntry file = transfer.ask(write, FileResult.Found.class).entry();
                return new Progress(at, Optional.of(file));
            }
            if (!isLast || part.length > 0 || at == offset) {
                transfer.ask(write, FileResult.Uploaded.class);
            }
            if (isLast) {
                return new Progress(at, Optional.empty());
            }
        }
    }
}
