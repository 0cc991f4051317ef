package dev.bailiwick.server.account.key;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.ListDocument;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.SshKeyId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.token.TokenNotInForce;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** SSH keys: those of the caller, and for whoever manages users those of others. */
@RestController
@RequestMapping("/api/v1/ssh-keys")
class SshKeyResource {

    private final SshKeys keys;

    SshKeyResource(SshKeys keys) {
        this.keys = keys;
    }

    /** A request for another key. */
    record SshKeyRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String key) {}

    @Fails({SshKeyTaken.class, TooManySshKeys.class, SshKeyNotAllowed.class, TokenNotInForce.class})
    @Operation(
            operationId = "addSshKey",
            summary = "Add an SSH key",
            description =
                    "One line of authorized_keys without options: the type, the key and perhaps a comment. Accepted are ssh-ed25519, ecdsa-sha2-nistp256, -nistp384 and -nistp521, ssh-rsa with at least 3,072 bits, and the keys of security tokens (sk-). With them their user signs in over SSH. The caller needs the scopes jails:console and jails:files beside tokens:write. A token that expires or is limited to networks adds no keys, and the keys that a token added end with it.")
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping
    ResponseEntity<SshKey> add(Caller caller, @RequestBody SshKeyRequest wanted) {
        SshKey key = keys.add(caller, wanted.key());
        return ResponseEntity.status(HttpStatus.CREATED).body(key);
    }

    @Fails({RightMissing.class})
    @Operation(
            operationId = "listSshKeys",
            summary = "List SSH keys",
            description = "Those of the caller, unless 'user' is given.")
    @GetMapping
    ResponseEntity<ListDocument<SshKey>> list(
            Caller caller,
            @Parameter(
                            description =
                                    "The id of the user whose keys are listed; another one only for whoever manages users")
                    @RequestParam
                    Optional<UserId> user,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam(name = "cursor") Optional<String> cursor) {
        var rows = keys.list(
                caller,
                user.orElse(caller.user()),
                ListDocument.start(cursor, SshKeyId::parse),
                ListDocument.requireLimit(limit) + 1);
        return ListDocument.of(rows, limit, SshKey::id);
    }

    @Fails({SshKeyNotFound.class})
    @Operation(operationId = "removeSshKey", summary = "Remove an SSH key")
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(Caller caller, @PathVariable SshKeyId id) {
        SshKey _ = keys.remove(caller, id);
    }
}
