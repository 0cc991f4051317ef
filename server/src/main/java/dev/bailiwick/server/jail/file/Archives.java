package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.jail.file.failure.FileUnsuitable;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;

/** Answers requests for directories of jails as archives. */
@Component
class Archives {

    static final String TAR = "application/x-tar";

    /** The directory in an archive of the root directory, which has no name. */
    private static final String ROOT = "root";

    private final JailFileWork files;
    private final OpenStreams streams;

    Archives(JailFileWork files, OpenStreams streams) {
        this.files = files;
        this.streams = streams;
    }

    /**
     * Sends a directory with everything in it. After the head of the answer, a failure ends the connection.
     *
     * @throws FileUnsuitable if it is no directory
     */
    void send(
            HttpServletRequest request,
            HttpServletResponse response,
            Caller caller,
            JailFileWork.Tree tree,
            FilePath path)
            throws IOException {
        FileEntry entry = files.ask(tree, new FileRequest.Look(path), FileResult.Found.class)
                .entry();
        if (entry.kind() != FileKind.DIRECTORY) {
            throw new FileUnsuitable(
                    "it is not a directory, but a " + entry.kind().text());
        }
        String name = path.isRoot() ? ROOT : path.name();
        try (Transfer transfer = new Transfer(files, streams, caller, Credential.of(request), tree)) {
            // What cannot be listed is a problem, and not half an archive.
            transfer.ask(new FileRequest.List(path, 0, 1), FileResult.Entries.class);
            response.setContentType(TAR);
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            response.setHeader(
                    HttpHeaders.CONTENT_DISPOSITION,
                    ContentDisposition.attachment()
                            .filename(name + ".tar", StandardCharsets.UTF_8)
                            .build()
                            .toString());
            if (!request.getMethod().equals(HttpMethod.HEAD.name())) {
                response.flushBuffer();
                new ArchiveWriter(transfer, response.getOutputStream()).write(path, entry, name);
            }
        }
    }
}
