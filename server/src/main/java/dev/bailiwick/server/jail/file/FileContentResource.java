package dev.bailiwick.server.jail.file;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileName;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileRequest.UploadId;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.account.stream.TooManyStreams;
import dev.bailiwick.server.jail.file.failure.FileChanged;
import dev.bailiwick.server.jail.file.failure.FileNotFound;
import dev.bailiwick.server.jail.file.failure.FileUnsuitable;
import dev.bailiwick.server.jail.file.failure.FilesUnreachable;
import dev.bailiwick.server.jail.file.failure.NoFilesYet;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The content of files of jails, in both directions. */
@RestController
@RequestMapping("/api/v1/jails/{id}/files")
class FileContentResource {

    private static final String PATH = FilesResource.PATH + " Links are followed.";
    private static final String MODE =
            "The permissions of the new file, three or four octal digits; those of the file that it replaces, or 0644, if they are missing.";
    private static final String UPLOAD = "A name that the caller chooses for the upload: 8 to 36 of a-z, 0-9 and '-'.";
    private static final String IF_MATCH = "The ETag of the only version that is meant.";
    private static final String IF_NONE_MATCH = "With *, no file is replaced.";

    private final JailFileWork files;
    private final Uploads uploads;
    private final OpenStreams streams;

    FileContentResource(JailFileWork files, Uploads uploads, OpenStreams streams) {
        this.files = files;
        this.uploads = uploads;
        this.streams = streams;
    }

    private Transfer transfer(HttpServletRequest request, Caller caller, JailFileWork.Tree tree) {
        return new Transfer(files, streams, caller, Credential.of(request), tree);
    }

    @Fails({
        JailNotFound.class,
        RightMissing.class,
        JailRetired.class,
        CustomerSuspended.class,
        FileNotFound.class,
        FileUnsuitable.class,
        FileChanged.class,
        NoFilesYet.class,
        FilesUnreachable.class,
        TooManyTransfers.class,
        TooManyStreams.class
    })
    @Operation(
            operationId = "readFile",
            summary = "Get the content of a file of a jail",
            description =
                    "Only a regular file has one. The header Range selects a part of it. With If-Match, only the version with this ETag is read. If the file is replaced or cut meanwhile, the connection ends before the announced length; if it grows, its content ends where it ended at the beginning.")
    @GetMapping(path = "/content", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    ResponseEntity<Resource> read(
            HttpServletRequest request,
            Caller caller,
            @PathVariable JailId id,
            @Parameter(description = PATH) @RequestParam(required = false) @Nullable String path,
            @Parameter(description = IF_MATCH) @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable
                    String ifMatch,
            @Parameter(description = "With another ETag than that of the file, Range does not count.")
                    @RequestHeader(name = HttpHeaders.IF_RANGE, required = false)
                    @Nullable
                    String ifRange) {
        JailFileWork.Tree tree = files.open(caller, id);
        FilePath file = FileFields.path("path", path);
        FileEntry entry = files.ask(tree, new FileRequest.Read(file, 0, 0), FileResult.Content.class)
                .file();
        if (FileFields.version(ifMatch)
                .filter(wanted -> !wanted.equals(entry.version()))
                .isPresent()) {
            throw new FileChanged("it has the version " + entry.version());
        }
        ResponseEntity.BodyBuilder answer = tagged(entry)
                .header(HttpHeaders.CONTENT_DISPOSITION, attachment(file))
                .contentType(MediaType.APPLICATION_OCTET_STREAM);
        if (request.getMethod().equals(HttpMethod.HEAD.name())) {
            // Spring would read all of the content to drop it.
            return answer.header(HttpHeaders.ACCEPT_RANGES, "bytes")
                    .contentLength(entry.size())
                    .build();
        }
        FileStream content = new FileStream(() -> transfer(request, caller, tree), file, entry);
        return ifRange == null || ifRange.equals(quoted(entry))
                ? answer.body(content)
                : answer.contentLength(entry.size()).body(new InputStreamResource(content));
    }

    private static String quoted(FileEntry file) {
        return "\"" + file.version() + "\"";
    }

    /** Returns the header with which a browser saves what a customer has, and shows none of it. */
    static String attachment(FilePath path) {
        String name = new String(FileName.bytes(path.name()), StandardCharsets.UTF_8);
        return ContentDisposition.attachment()
                .filename(name, StandardCharsets.UTF_8)
                .build()
                .toString();
    }

    @BytesBody
    @FailsToChange
    @Operation(
            operationId = "writeFile",
            summary = "Replace or create a file of a jail",
            description =
                    "The body is the whole content, of any length. It replaces the file once all of it has arrived. With If-Match, only the version with this ETag is replaced; with 'If-None-Match: *', no file is.")
    @PutMapping("/content")
    ResponseEntity<FileDocument> write(
            HttpServletRequest request,
            Caller caller,
            @PathVariable JailId id,
            @Parameter(description = PATH) @RequestParam(required = false) @Nullable String path,
            @Parameter(description = MODE) @RequestParam(required = false) @Nullable String mode,
            @Parameter(description = IF_MATCH) @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable
                    String ifMatch,
            @Parameter(description = IF_NONE_MATCH)
                    @RequestHeader(name = HttpHeaders.IF_NONE_MATCH, required = false)
                    @Nullable
                    String ifNoneMatch,
            @Parameter(hidden = true) @RequestHeader(name = "Content-Type", required = false) @Nullable MediaType type,
            @RequestBody(required = false) @Nullable InputStreamResource body)
            throws IOException, HttpMediaTypeNotSupportedException {
        JailFileWork.Tree tree = files.open(caller, id);
        FilePath file = FileFields.path("path", path);
        FileRequest.End end = FileFields.end(mode, ifMatch, ifNoneMatch);
        try (InputStream content = content(type, body);
                Transfer transfer = transfer(request, caller, tree)) {
            files.record(caller, tree, new FileEvent.Written(file.text()));
            FileEntry written = uploads.write(transfer, file, content, end);
            return tagged(written).body(FileDocument.of(written));
        }
    }

    /** How far an upload is. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record UploadDocument(
            @Schema(description = "Bytes that are there.") long size,

            @Schema(description = "The new file; missing until the upload has ended.") @Nullable
            FileDocument file) {}

    @BytesBody
    @FailsToChange
    @Operation(
            operationId = "uploadFile",
            summary = "Go on with an upload to a file of a jail",
            description =
                    "The body is appended to the upload, which is kept beside the file. At the offset 0 it begins again. With 'end=true' it replaces the file once the body has arrived. What has arrived of an interrupted body stays, and getUpload says how much that is.")
    @PatchMapping("/content")
    ResponseEntity<UploadDocument> upload(
            HttpServletRequest request,
            Caller caller,
            @PathVariable JailId id,
            @Parameter(description = PATH) @RequestParam(required = false) @Nullable String path,
            @Parameter(description = UPLOAD) @RequestParam(required = false) @Nullable String upload,
            @Parameter(description = "Where the body belongs: how many bytes are there already.")
                    @RequestParam(defaultValue = "0")
                    long offset,
            @Parameter(description = "Whether the upload ends with this body.") @RequestParam(defaultValue = "false")
                    boolean end,
            @Parameter(description = MODE) @RequestParam(required = false) @Nullable String mode,
            @Parameter(description = IF_MATCH) @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable
                    String ifMatch,
            @Parameter(description = IF_NONE_MATCH)
                    @RequestHeader(name = HttpHeaders.IF_NONE_MATCH, required = false)
                    @Nullable
                    String ifNoneMatch,
            @Parameter(hidden = true) @RequestHeader(name = "Content-Type", required = false) @Nullable MediaType type,
            @RequestBody(required = false) @Nullable InputStreamResource body)
            throws IOException, HttpMediaTypeNotSupportedException {
        JailFileWork.Tree tree = files.open(caller, id);
        FilePath file = FileFields.path("path", path);
        UploadId name = uploadId(upload);
        FileRequest.End ending = FileFields.end(mode, ifMatch, ifNoneMatch);
        if (offset < 0) {
            throw new InvalidRequest("/offset", "must not be negative");
        }
        try (InputStream content = content(type, body);
                Transfer transfer = transfer(request, caller, tree)) {
            if (offset == 0 || end) {
                files.record(caller, tree, new FileEvent.Written(file.text()));
            }
            Uploads.Progress progress =
                    uploads.goOn(transfer, file, name, offset, content, end ? Optional.of(ending) : Optional.empty());
            return ResponseEntity.ok(new UploadDocument(
                    progress.size(), progress.file().map(FileDocument::of).orElse(null)));
        }
    }

    @FailsToRead
    @Operation(
            operationId = "getUpload",
            summary = "Get how far an upload to a file of a jail is",
            description = "0 if there is none.")
    @GetMapping("/upload")
    ResponseEntity<UploadDocument> find(
            Caller caller,
            @PathVariable JailId id,
            @Parameter(description = PATH) @RequestParam(required = false) @Nullable String path,
            @Parameter(description = UPLOAD) @RequestParam(required = false) @Nullable String upload) {
        JailFileWork.Tree tree = files.open(caller, id);
        FileRequest request = new FileRequest.FindUpload(FileFields.path("path", path), uploadId(upload));
        return sized(files.ask(tree, request, FileResult.Uploaded.class));
    }

    @FailsToChange
    @Operation(operationId = "dropUpload", summary = "Remove an upload to a file of a jail that is not to be ended")
    @DeleteMapping("/upload")
    ResponseEntity<UploadDocument> drop(
            Caller caller,
            @PathVariable JailId id,
            @Parameter(description = PATH) @RequestParam(required = false) @Nullable String path,
            @Parameter(description = UPLOAD) @RequestParam(required = false) @Nullable String upload) {
        JailFileWork.Tree tree = files.open(caller, id);
        FilePath file = FileFields.path("path", path);
        FileRequest request = new FileRequest.DropUpload(file, uploadId(upload));
        files.record(caller, tree, new FileEvent.UploadDropped(file.text()));
        return sized(files.ask(tree, request, FileResult.Uploaded.class));
    }

    private static ResponseEntity<UploadDocument> sized(FileResult.Uploaded uploaded) {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(new UploadDocument(uploaded.size(), null));
    }

    private static UploadId uploadId(@Nullable String text) {
        return FileFields.read("upload", () -> new UploadId(FileFields.required("upload", text)));
    }

    private static ResponseEntity.BodyBuilder tagged(FileEntry file) {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).eTag(quoted(file));
    }

    /** @throws HttpMediaTypeNotSupportedException if it is said to be something else than bytes: a form would have been read already */
    private static InputStream content(@Nullable MediaType type, @Nullable InputStreamResource body)
            throws IOException, HttpMediaTypeNotSupportedException {
        if (type != null && !type.equalsTypeAndSubtype(MediaType.APPLICATION_OCTET_STREAM)) {
            throw new HttpMediaTypeNotSupportedException(type, List.of(MediaType.APPLICATION_OCTET_STREAM));
        }
        return body == null ? InputStream.nullInputStream() : body.getInputStream();
    }
}
