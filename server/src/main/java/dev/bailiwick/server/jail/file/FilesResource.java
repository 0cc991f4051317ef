package dev.bailiwick.server.jail.file;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.account.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What files running and stopped jails have. */
@RestController
@RequestMapping("/api/v1/jails/{id}")
class FilesResource {

    private static final String USUAL_LIMIT = "200";

    /** What a path is, for the description of the API; a link in its last part is not followed. */
    static final String PATH = "Absolute, in the jail, with names as they are listed.";

    private final JailFileWork files;

    FilesResource(JailFileWork files) {
        this.files = files;
    }

    /** Entries of a directory. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record DirectoryDocument(
            @Schema(description = "In the order of the file system.")
            List<FileDocument> entries,

            @Schema(description = "Where the next part begins, for 'after'; missing if there is none.") @Nullable
            Long next) {

        static DirectoryDocument of(FileResult.Entries entries) {
            return new DirectoryDocument(
                    entries.entries().stream().map(FileDocument::of).toList(),
                    entries.next().orElse(null));
        }
    }

    @FailsToRead
    @Operation(
            operationId = "listFiles",
            summary = "List a directory of a jail",
            description =
                    "Follows links. A large directory comes in parts; entries that are created or removed meanwhile may be missing or come twice.")
    @GetMapping("/files")
    ResponseEntity<DirectoryDocument> list(
            Caller caller,
            @PathVariable JailId id,
            @Parameter(description = PATH) @RequestParam(defaultValue = "/") String path,
            @Parameter(description = "The 'next' of the previous part.") @RequestParam(defaultValue = "0") long after,
            @Parameter(description = "The maximum number of entries, 1 to 1,000.")
                    @RequestParam(defaultValue = USUAL_LIMIT)
                    int limit) {
        JailFileWork.Tree tree = files.open(caller, id);
        FilePath directory = FileFields.path("path", path);
        FileRequest request = FileFields.read("limit", () -> new FileRequest.List(directory, after, limit));
        return answer(DirectoryDocument.of(files.ask(tree, request, FileResult.Entries.class)));
    }

    @FailsToRead
    @Operation(
            operationId = "getFile",
            summary = "Get what is at a path in a jail",
            description = "Does not follow a link in the last part of the path.")
    @GetMapping("/files/entry")
    ResponseEntity<FileDocument> look(
            Caller caller,
            @PathVariable JailId id,
            @Parameter(description = PATH) @RequestParam(required = false) @Nullable String path) {
        JailFileWork.Tree tree = files.open(caller, id);
        return done(tree, new FileRequest.Look(FileFields.path("path", path)));
    }

    /** A file that a search has found. */
    record MatchDocument(String path, FileDocument file) {}

    /** What a search has found. */
    record MatchesDocument(
            List<MatchDocument> matches,

            @Schema(description = "Whether all was searched; otherwise there may be more.")
            boolean complete) {

        static MatchesDocument of(FileResult.Matches matches) {
            return new MatchesDocument(
                    matches.matches().stream()
                            .map(match -> new MatchDocument(match.path().text(), FileDocument.of(match.entry())))
                            .toList(),
                    matches.isComplete());
        }
    }

    @FailsToRead
    @Operation(
            operationId = "searchFiles",
            summary = "Find files of a jail by their names",
            description = "Below a directory, for two seconds. Follows no links.")
    @GetMapping("/files:search")
    ResponseEntity<MatchesDocument> search(
            Caller caller,
            @PathVariable JailId id,
            @Parameter(description = PATH) @RequestParam(defaultValue = "/") String path,
            @Parameter(description = "A part of the name, in any case of letters: 1 to 255 characters.")
                    @RequestParam(required = false)
                    @Nullable
                    String text,
            @Parameter(description = "The maximum number of matches, 1 to 1,000.")
                    @RequestParam(defaultValue = USUAL_LIMIT)
                    int limit) {
        JailFileWork.Tree tree = files.open(caller, id);
        FilePath directory = FileFields.path("path", path);
        FileRequest request = FileFields.read(
                "text", () -> new FileRequest.Search(directory, FileFields.required("text", text), limit));
        return answer(MatchesDocument.of(files.ask(tree, request, FileResult.Matches.class)));
    }

    private ResponseEntity<FileDocument> done(JailFileWork.Tree tree, FileRequest request) {
        return answer(
                FileDocument.of(files.ask(tree, request, FileResult.Found.class).entry()));
    }

    /** What a jail has may be secret. */
    static <T> ResponseEntity<T> answer(T document) {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(document);
    }
}
