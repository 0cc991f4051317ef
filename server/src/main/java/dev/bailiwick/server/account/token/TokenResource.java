package dev.bailiwick.server.account.token;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.ListDocument;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** API tokens: those of the caller, and for whoever manages users those of others. */
@RestController
@RequestMapping("/api/v1/tokens")
class TokenResource {

    private final ApiTokens tokens;

    TokenResource(ApiTokens tokens) {
        this.tokens = tokens;
    }

    /** A new token with its secret, which is shown only once. */
    record IssuedTokenDocument(@JsonUnwrapped Token token, String secret) {}

    /** A request for a new token. */
    record NewToken(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String name,

            @Nullable String description,

            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            Set<Scope> scopes,

            @Nullable List<@Nullable String> networks,
            @Nullable Instant expiresAt) {

        TokenRequest change() {
            return TokenRequest.read(
                    name, description, scopes, networks == null ? List.of() : networks, expiresAt, new ArrayList<>());
        }
    }

    @Fails({TokenNotInForce.class})
    @Operation(
            operationId = "createToken",
            summary = "Create an API token",
            description =
                    "The secret is shown only in this answer. A token has no scope that its creator lacks. With 'networks', requests with the token are rejected from elsewhere as if it did not exist; the address is the one from which the connection comes. A token that is created by another one lies within its networks, ends no later, and is revoked with it.")
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping
    ResponseEntity<IssuedTokenDocument> issue(Caller caller, @RequestBody NewToken wanted) {
        ApiTokens.IssuedToken issued = tokens.issue(caller, wanted.change());
        return ResponseEntity.created(
                        URI.create("/api/v1/tokens/" + issued.token().id()))
                .cacheControl(CacheControl.noStore())
                .body(new IssuedTokenDocument(issued.token(), issued.secret()));
    }

    @Fails({RightMissing.class})
    @Operation(
            operationId = "listTokens",
            summary = "List API tokens",
            description = "Without their secrets. Those of the caller, unless 'user' or 'all' is given.")
    @GetMapping
    ResponseEntity<ListDocument<Token>> list(
            Caller caller,
            @Parameter(
                            description =
                                    "The id of the user whose tokens are listed; another one only for whoever manages users")
                    @RequestParam
                    Optional<UserId> user,
            @Parameter(description = "Lists the tokens of all users, for whoever manages users")
                    @RequestParam(defaultValue = "false")
                    boolean all,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam(name = "cursor") Optional<String> cursor) {
        if (all && user.isPresent()) {
            throw new InvalidRequest("/all", "must not be given with user");
        }
        Optional<UserId> of = all ? Optional.empty() : Optional.of(user.orElse(caller.user()));
        var rows = tokens.list(
                caller, of, ListDocument.start(cursor, TokenId::parse), ListDocument.requireLimit(limit) + 1);
        return ListDocument.of(rows, limit, Token::id);
    }

    @Fails({TokenNotFound.class, TokenNotInForce.class, RotationNotAllowed.class})
    @Operation(
            operationId = "rotateToken",
            summary = "Give an API token another secret",
            description =
                    "For the caller's own tokens. The secret is shown only in this answer. The one before works as well for the time of 'overlap'; 'formerSecretUntil' shows until when. A token rotates only itself and those that it created. If a secret has leaked, revoke the token instead: whoever has the secret may have created others.")
    @PostMapping("/{id}/rotate")
    ResponseEntity<IssuedTokenDocument> rotate(
            Caller caller,
            @PathVariable TokenId id,
            @Parameter(description = "A duration like 24h or P1D, at most 7d") @RequestParam(defaultValue = "24h")
                    String overlap) {
        ApiTokens.IssuedToken issued = tokens.rotate(caller, id, duration(overlap));
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(new IssuedTokenDocument(issued.token(), issued.secret()));
    }

    private static Duration duration(String text) {
        try {
            return DurationStyle.detectAndParse(text);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new InvalidRequest("/overlap", "must be a duration like 24h or P1D");
        }
    }

    @Fails({TokenNotFound.class})
    @Operation(
            operationId = "endFormerSecret",
            summary = "End the secret of an API token before its last rotation",
            description = "Without one that still works, this changes nothing.")
    @DeleteMapping("/{id}/former-secret")
    Token endFormerSecret(Caller caller, @PathVariable TokenId id) {
        return tokens.endFormerSecret(caller, id);
    }

    @Fails({TokenNotFound.class})
    @Operation(
            operationId = "revokeToken",
            summary = "Revoke an API token",
            description =
                    "From then on the token is rejected, with those that it created, and the streams that they opened end.")
    @DeleteMapping("/{id}")
    Token revoke(Caller caller, @PathVariable TokenId id) {
        return tokens.revoke(caller, id);
    }
}
