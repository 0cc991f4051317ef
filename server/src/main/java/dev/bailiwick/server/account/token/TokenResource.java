package dev.bailiwick.server.account.token;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.ListDocument;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URI;
import java.util.Optional;
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

/** The caller's own API tokens. */
@RestController
@RequestMapping("/api/v1/tokens")
class TokenResource {

    private final ApiTokens tokens;

    TokenResource(ApiTokens tokens) {
        this.tokens = tokens;
    }

    /** A new token with its secret, which is shown only once. */
    record IssuedTokenDocument(@JsonUnwrapped Token token, String secret) {}

    @Operation(
            operationId = "createToken",
            summary = "Create an API token",
            description = "The secret is shown only in this answer. A token has no scope that its creator lacks.")
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping
    ResponseEntity<IssuedTokenDocument> issue(Caller caller, @RequestBody TokenRequest wanted) {
        ApiTokens.IssuedToken issued = tokens.issue(caller, wanted);
        return ResponseEntity.created(
                        URI.create("/api/v1/tokens/" + issued.token().id()))
                .cacheControl(CacheControl.noStore())
                .body(new IssuedTokenDocument(issued.token(), issued.secret()));
    }

    @Operation(operationId = "listTokens", summary = "List API tokens", description = "Without their secrets.")
    @GetMapping
    ResponseEntity<ListDocument<Token>> list(
            Caller caller,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam(name = "cursor") Optional<String> cursor) {
        var rows =
                tokens.list(caller, ListDocument.start(cursor, TokenId::parse), ListDocument.requireLimit(limit) + 1);
        return ListDocument.of(rows, limit, Token::id);
    }

    @Fails({TokenNotFound.class})
    @Operation(
            operationId = "revokeToken",
            summary = "Revoke an API token",
            description = "From then on the token is rejected, and the streams that it opened end.")
    @DeleteMapping("/{id}")
    Token revoke(Caller caller, @PathVariable TokenId id) {
        return tokens.revoke(caller, id);
    }
}
