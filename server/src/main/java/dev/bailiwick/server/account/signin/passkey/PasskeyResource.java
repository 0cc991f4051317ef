package dev.bailiwick.server.account.signin.passkey;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.factor.TooManyCodes;
import dev.bailiwick.server.account.identity.LastWayIn;
import dev.bailiwick.server.account.passkey.Passkey;
import dev.bailiwick.server.account.passkey.PasskeyNotFound;
import dev.bailiwick.server.account.signin.code.Proof;
import dev.bailiwick.server.account.signin.password.TooManyAttempts;
import dev.bailiwick.server.account.signin.password.TooManySignIns;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The caller's own passkeys. Only a browser can create one, on the account page. */
@RestController
@RequestMapping("/api/v1/passkeys")
class PasskeyResource {

    private final OwnPasskeys passkeys;

    PasskeyResource(OwnPasskeys passkeys) {
        this.passkeys = passkeys;
    }

    /** @param items the oldest first; at most 20 */
    record PasskeysDocument(List<Passkey> items) {
        PasskeysDocument {
            items = List.copyOf(items);
        }
    }

    @Operation(
            operationId = "listPasskeys",
            summary = "List your passkeys",
            description = "Browsers create passkeys, on the page of your account.")
    @GetMapping
    PasskeysDocument list(Caller caller) {
        return new PasskeysDocument(passkeys.list(caller));
    }

    @Fails({PasskeyNotFound.class, LastWayIn.class, TooManyAttempts.class, TooManyCodes.class, TooManySignIns.class})
    @Operation(
            operationId = "removePasskey",
            summary = "Remove one of your passkeys",
            description = "From then on it does not sign in any more. Sessions that it began go on.")
    @PostMapping("/{id}/remove")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(Caller caller, @PathVariable UUID id, @RequestBody Proof proof, HttpServletRequest request) {
        passkeys.remove(caller, id, proof, request);
    }
}
