package dev.bailiwick.server.jail.files;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.PageLink;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.jail.intent.file.KeptFilesView;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The API for files that removed jails left on their hosts. A new jail of the same customer, on the same host and with
 * the same path, takes the files over. Any other jail at, above or below that path is rejected.
 */
@RestController
@RequestMapping("/api/v1/kept-files")
class KeptFilesResource {

    private static final int MAX_PAGE = 500;

    private final KeptFilesStore files;

    KeptFilesResource(KeptFilesStore files) {
        this.files = files;
    }

    /**
     * Kept files as the API shows them. As with jails, only operators see details of the host.
     *
     * @param path null for customers
     * @param customer absent if the owner is unknown
     * @param base what the jail was based on: another jail needs the same to use the files
     * @param deleting whether the deletion was requested
     * @param firstHostId null for customers, and if unknown
     * @param problem the reason why the host cannot delete the files; null for customers
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record KeptFilesDocument(
            String id,
            String host,
            @Nullable String path,
            @Nullable String customer,
            String jail,
            @Nullable String jailName,
            String base,
            @Nullable Long firstHostId,
            Instant keptAt,
            boolean deleting,
            @Nullable String problem) {

        static KeptFilesDocument of(Caller caller, KeptFilesView files) {
            boolean operator = caller.seesInstallation();
            return new KeptFilesDocument(
                    files.id().toString(),
                    files.host().toString(),
                    operator ? files.path() : null,
                    files.customer().map(CustomerId::toString).orElse(null),
                    files.jail().toString(),
                    files.jailName().isEmpty() ? null : files.jailName(),
                    files.base().text(),
                    operator && files.firstHostId().isPresent()
                            ? files.firstHostId().getAsLong()
                            : null,
                    files.keptAt(),
                    files.deletion().isPresent(),
                    files.deletion()
                            .filter(problem -> operator && !problem.isEmpty())
                            .orElse(null));
        }
    }

    record KeptFilesListDocument(List<KeptFilesDocument> items) {}

    /** The requested owner of kept files. */
    record AssignmentRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String customer) {}

    @Operation(
            operationId = "listKeptFiles",
            summary = "List the files that removed jails left on their hosts",
            description =
                    "The latest first. A new jail of the same customer, on the same host and with the same path, takes"
                            + " them over. Customers see their own files.")
    @GetMapping
    ResponseEntity<KeptFilesListDocument> list(
            Caller caller,
            @RequestParam Optional<String> host,
            @RequestParam Optional<String> customer,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam Optional<String> cursor) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new InvalidRequest("/limit", "must be 1 to " + MAX_PAGE);
        }
        List<KeptFilesView> found = files.list(
                caller,
                host.map(text -> read("/host", text, HostId::parse)),
                customer.map(text -> read("/customer", text, CustomerId::parse)),
                cursor.map(text -> id("/cursor", text)),
                limit + 1);
        KeptFilesListDocument listed = new KeptFilesListDocument(found.stream()
                .limit(limit)
                .map(left -> KeptFilesDocument.of(caller, left))
                .toList());
        if (found.size() <= limit) {
            return ResponseEntity.ok(listed);
        }
        return ResponseEntity.ok()
                .header(HttpHeaders.LINK, PageLink.of(found.get(limit - 1).id(), "next"))
                .body(listed);
    }

    @Fails({FilesNotFound.class})
    @Operation(operationId = "getKeptFiles", summary = "Get the kept files of one removed jail")
    @GetMapping("/{id}")
    KeptFilesDocument get(Caller caller, @PathVariable UUID id) {
        return KeptFilesDocument.of(caller, files.find(caller, id));
    }

    @Fails({RightMissing.class, FilesNotFound.class})
    @Operation(
            operationId = "giveKeptFiles",
            summary = "Give kept files to a customer",
            description = "Only if the owner is unknown, for example because the host's record of files was lost."
                    + " For operators.")
    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", MediaType.APPLICATION_JSON_VALUE})
    KeptFilesDocument give(Caller caller, @PathVariable UUID id, @RequestBody AssignmentRequest given) {
        if (given.customer() == null) {
            throw new InvalidRequest("/customer", "is required");
        }
        return KeptFilesDocument.of(
                caller, files.give(caller, id, read("/customer", given.customer(), CustomerId::parse)));
    }

    @Fails({RightMissing.class, FilesNotFound.class, FilesWithoutOwner.class})
    @Operation(
            operationId = "deleteKeptFiles",
            summary = "Delete kept files",
            description =
                    "The host deletes the files and the log of the jail that left them. The files stay in the list until the host"
                            + " reports them deleted. If the host cannot delete them, 'problem' gives the reason. For operators.")
    @ApiResponse(responseCode = "202", description = "Stored; the host deletes them", useReturnTypeSchema = true)
    @DeleteMapping("/{id}")
    ResponseEntity<KeptFilesDocument> delete(Caller caller, @PathVariable UUID id) {
        files.delete(caller, id);
        return ResponseEntity.accepted().body(KeptFilesDocument.of(caller, files.find(caller, id)));
    }

    private static UUID id(String pointer, String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequest(pointer, "is not a cursor");
        }
    }

    private static <T> T read(String pointer, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (InvalidValue e) {
            throw new InvalidRequest(pointer, e.reason());
        }
    }
}
