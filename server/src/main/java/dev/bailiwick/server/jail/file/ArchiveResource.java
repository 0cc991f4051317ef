package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.stream.TooManyStreams;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Directories of jails as archives. */
@RestController
class ArchiveResource {

    private final JailFileWork files;
    private final Archives archives;

    ArchiveResource(JailFileWork files, Archives archives) {
        this.files = files;
        this.archives = archives;
    }

    @FailsToRead
    @Fails(TooManyStreams.class)
    @Operation(
            operationId = "archiveFiles",
            summary = "Get a directory of a jail as a tar",
            description =
                    "With everything in it, except sockets, devices, what is mounted there, and what root of the jail cannot read. Owners are ids in the jail. If a file is replaced or cut while it is read, or the access is withdrawn, the connection ends early.",
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
}
