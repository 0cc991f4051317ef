package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.account.stream.TooManyStreams;
import dev.bailiwick.server.jail.file.archive.InvalidArchive;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.InputStreamResource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Directories of jails as archives. */
@RestController
class ArchiveResource {

    private static final MediaType TAR = MediaType.parseMediaType(Archives.TAR);

    private final JailFileWork files;
    private final Archives archives;
    private final Uploads uploads;
    private final OpenStreams streams;

    ArchiveResource(JailFileWork files, Archives archives, Uploads uploads, OpenStreams streams) {
        this.files = files;
        this.archives = archives;
        this.uploads = uploads;
        this.streams = streams;
    }

    @FailsToRead
    @Fails(TooManyStreams.class)
    @Operation(
            operationId = "archiveFiles",
            summary = "Get a directory of a jail as a tar",
            description =
                    "With everything in it, except pipes, sockets, devices, what is mounted there, and what root of the jail cannot read. Owners are ids in the jail. If a file is replaced or cut while it is read, or the access is withdrawn, the connection ends early.",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            content =
                                    @Content(
                                            mediaType = Archives.TAR,
                                            schema = @Schema(type = "string", format = "binary"))))
    @GetMapping("/api/v1/jails/{id}/files/archive")
    void archive(
            HttpServletRequest request,
            HttpServletResponse response,
            Caller caller,
            @PathVariable JailId id,
            @Parameter(description = FilesResource.PATH) @RequestParam(required = false) @Nullable String path)
            throws IOException {
        archives.send(request, response, caller, files.open(caller, id), FileFields.path("path", path));
    }

    /** @param entries what was unpacked */
    record UnpackedDocument(long entries) {}

    @BytesBody
    @FailsToChange
    @Fails(InvalidArchive.class)
    @Operation(
            operationId = "unpackFiles",
            summary = "Unpack a tar in a directory of a jail",
            description =
                    "As POSIX and GNU write it, not compressed, of any length. Files and links that are there are replaced. Owners are ids in the jail, and the permissions are set with setuid and setgid; times are not. A second name of a file becomes a copy. Devices, pipes, sparse files, names that are absolute or lead upwards or through a link of the archive are refused with the name of the entry, and so is a second link of a name; what came before is unpacked then.")
    @PutMapping("/api/v1/jails/{id}/files/archive")
    ResponseEntity<UnpackedDocument> unpack(
            HttpServletRequest request,
            Caller caller,
            @PathVariable JailId id,
            @Parameter(description = FilesResource.PATH + " A directory that is there.")
                    @RequestParam(required = false)
                    @Nullable
                    String path,
            @Parameter(hidden = true) @RequestHeader(name = "Content-Type", required = false) @Nullable MediaType type,
            @RequestBody(required = false) @Nullable InputStreamResource body)
            throws IOException, HttpMediaTypeNotSupportedException {
        JailFileWork.Tree tree = files.open(caller, id);
        FilePath directory = FileFields.path("path", path);
        if (type != null
                && !type.equalsTypeAndSubtype(TAR)
                && !type.equalsTypeAndSubtype(MediaType.APPLICATION_OCTET_STREAM)) {
            throw new HttpMediaTypeNotSupportedException(type, List.of(TAR, MediaType.APPLICATION_OCTET_STREAM));
        }
        try (InputStream archive = body == null ? InputStream.nullInputStream() : body.getInputStream();
                Transfer transfer = new Transfer(files, streams, caller, Credential.of(request), tree)) {
            transfer.ask(new FileRequest.List(directory, 0, 1), FileResult.Entries.class);
            files.record(caller, tree, new FileEvent.Unpacked(directory.text()));
            long entries = new ArchiveUnpacker(transfer, uploads, directory).unpack(archive);
            return FilesResource.answer(new UnpackedDocument(entries));
        }
    }
}
