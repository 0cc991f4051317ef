package dev.bailiwick.server.jail.file;

import static dev.bailiwick.server.jail.file.FilesResource.PATH;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Changes of files of running and stopped jails, besides their content. */
@RestController
@RequestMapping("/api/v1/jails/{id}")
class FileChangesResource {

    /** After this time a removal of many files is answered, and can be repeated to go on. */
    private static final Duration LONG_REMOVAL = Duration.ofSeconds(20);

    private final JailFileWork files;
    private final OpenStreams streams;

    FileChangesResource(JailFileWork files, OpenStreams streams) {
        this.files = files;
        this.streams = streams;
    }

    /** @param path of the new directory */
    record DirectoryRequest(
            @Schema(description = PATH, requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String path) {}

    @FailsToChange
    @Operation(
            operationId = "makeDirectory",
            summary = "Add a directory to a jail",
            description = "Belongs to root of the jail, with the permissions 0755.")
    @PostMapping("/files:mkdir")
    ResponseEntity<FileDocument> makeDirectory(
            Caller caller, @PathVariable JailId id, @RequestBody DirectoryRequest request) {
        JailFileWork.Tree tree = files.open(caller, id);
        FilePath path = FileFields.path("path", request.path());
        files.record(caller, tree, new FileEvent.DirectoryCreated(path.text()));
        return done(tree, new FileRequest.MakeDirectory(path));
    }

    /** A link to create. */
    record LinkRequest(
            @Schema(description = PATH, requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String path,

            @Schema(
                    description = "Where the link leads, written as a name; nothing need be there.",
                    requiredMode = Schema.RequiredMode.REQUIRED)
            @Nullable
            String target) {}

    @FailsToChange
    @Operation(operationId = "makeLink", summary = "Add a symbolic link to a jail")
    @PostMapping("/files:link")
    ResponseEntity<FileDocument> makeLink(Caller caller, @PathVariable JailId id, @RequestBody LinkRequest request) {
        JailFileWork.Tree tree = files.open(caller, id);
        FilePath path = FileFields.path("path", request.path());
        FileRequest.MakeLink link = FileFields.read(
                "target", () -> new FileRequest.MakeLink(path, FileFields.required("target", request.target())));
        files.record(caller, tree, new FileEvent.LinkCreated(path.text(), link.target()));
        return done(tree, link);
    }

    /** A file to rename. */
    record RenameRequest(
            @Schema(description = PATH, requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String path,

            @Schema(description = "The new path.", requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String to,

            @Schema(description = "Whether a file there, or an empty directory, is replaced; not unless it is said.")
            @Nullable
            Boolean replace) {}

    @FailsToChange
    @Operation(operationId = "renameFile", summary = "Rename or move a file of a jail")
    @PostMapping("/files:rename")
    ResponseEntity<FileDocument> rename(Caller caller, @PathVariable JailId id, @RequestBody RenameRequest request) {
        JailFileWork.Tree tree = files.open(caller, id);
        FilePath path = FileFields.path("path", request.path());
        FilePath to = FileFields.path("to", request.to());
        files.record(caller, tree, new FileEvent.Renamed(path.text(), to.text()));
        return done(tree, new FileRequest.Rename(path, to, Boolean.TRUE.equals(request.replace())));
    }

    /** A file to remove. */
    record RemovalRequest(
            @Schema(description = PATH, requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String path) {}

    /** What was removed. */
    record RemovalDocument(
            long files,

            @Schema(description = "Whether nothing is left; otherwise the same request goes on.")
            boolean complete) {}

    @FailsToChange
    @Operation(
            operationId = "removeFile",
            summary = "Remove a file or a directory of a jail",
            description =
                    "A directory with everything in it. Answers after about 20 seconds at the latest; if something is left then, the same request goes on.")
    @PostMapping("/files:remove")
    ResponseEntity<RemovalDocument> remove(
            HttpServletRequest http, Caller caller, @PathVariable JailId id, @RequestBody RemovalRequest request) {
        JailFileWork.Tree tree = files.open(caller, id);
        FilePath path = FileFields.path("path", request.path());
        files.record(caller, tree, new FileEvent.Removed(path.text()));
        try (Transfer transfer = new Transfer(files, streams, caller, Credential.of(http), tree)) {
            return FilesResource.answer(remove(transfer, path));
        }
    }

    /** Removes until nothing is left, or for about 20 seconds. */
    static RemovalDocument remove(Transfer transfer, FilePath path) {
        long began = System.nanoTime();
        long removed = 0;
        while (true) {
            FileResult.Removed part = transfer.ask(new FileRequest.Remove(path), FileResult.Removed.class);
            removed += part.files();
            // A host that removes nothing must not keep the request.
            if (part.isComplete() || part.files() == 0 || System.nanoTime() - began > LONG_REMOVAL.toNanos()) {
                return new RemovalDocument(removed, part.isComplete());
            }
        }
    }

    /** New permissions. */
    record ModeRequest(
            @Schema(description = PATH, requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String path,

            @Schema(
                    description = "Three or four octal digits.",
                    requiredMode = Schema.RequiredMode.REQUIRED,
                    example = "0644")
            @Nullable
            String mode) {}

    @FailsToChange
    @Operation(operationId = "setFileMode", summary = "Set the permissions of a file of a jail")
    @PostMapping("/files:mode")
    ResponseEntity<FileDocument> setMode(Caller caller, @PathVariable JailId id, @RequestBody ModeRequest request) {
        JailFileWork.Tree tree = files.open(caller, id);
        FilePath path = FileFields.path("path", request.path());
        int mode = FileFields.mode("mode", request.mode());
        files.record(caller, tree, new FileEvent.ModeSet(path.text(), String.format("%04o", mode)));
        return done(tree, new FileRequest.SetMode(path, mode));
    }

    /** New owners. */
    record OwnerRequest(
            @Schema(description = PATH, requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String path,

            @Schema(
                    description = "The id of a user in the jail, 0 to 65,535.",
                    requiredMode = Schema.RequiredMode.REQUIRED)
            @Nullable
            Integer owner,

            @Schema(
                    description = "The id of a group in the jail, 0 to 65,535.",
                    requiredMode = Schema.RequiredMode.REQUIRED)
            @Nullable
            Integer group) {}

    @FailsToChange
    @Operation(
            operationId = "setFileOwner",
            summary = "Set the owner and the group of a file of a jail",
            description = "Those of a link itself, if it is one.")
    @PostMapping("/files:owner")
    ResponseEntity<FileDocument> setOwner(Caller caller, @PathVariable JailId id, @RequestBody OwnerRequest request) {
        JailFileWork.Tree tree = files.open(caller, id);
        FilePath path = FileFields.path("path", request.path());
        int owner = FileFields.required("owner", request.owner());
        int group = FileFields.required("group", request.group());
        FileRequest change = FileFields.read("owner", () -> new FileRequest.SetOwner(path, owner, group));
        files.record(caller, tree, new FileEvent.OwnerSet(path.text(), owner, group));
        return done(tree, change);
    }

    private ResponseEntity<FileDocument> done(JailFileWork.Tree tree, FileRequest request) {
        return FilesResource.answer(
                FileDocument.of(files.ask(tree, request, FileResult.Found.class).entry()));
    }
}
