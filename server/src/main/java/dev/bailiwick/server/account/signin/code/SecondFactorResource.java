package dev.bailiwick.server.account.signin.code;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.factor.SecondFactor;
import dev.bailiwick.server.account.factor.SecondFactorOff;
import dev.bailiwick.server.account.factor.SecondFactorOn;
import dev.bailiwick.server.account.factor.Setup;
import dev.bailiwick.server.account.factor.TooManyCodes;
import dev.bailiwick.server.account.signin.password.TooManyAttempts;
import dev.bailiwick.server.account.signin.password.TooManySignIns;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The caller's own second factor. */
@RestController
@RequestMapping("/api/v1/second-factor")
class SecondFactorResource {

    private final OwnSecondFactor second;

    SecondFactorResource(OwnSecondFactor second) {
        this.second = second;
    }

    /** @param recoveryCodes ten codes that are each accepted once in place of one of the authenticator */
    record RecoveryCodesDocument(List<String> recoveryCodes) {
        RecoveryCodesDocument {
            recoveryCodes = List.copyOf(recoveryCodes);
        }
    }

    @Operation(operationId = "getSecondFactor", summary = "Get whether you have a second factor")
    @GetMapping
    SecondFactor get(Caller caller) {
        return second.status(caller);
    }

    @Fails({SecondFactorOn.class, TooManyAttempts.class, TooManySignIns.class})
    @Operation(
            operationId = "beginSecondFactor",
            summary = "Begin the setup of a second factor",
            description =
                    "The key is for an authenticator (RFC 6238: 6 digits, 30 s, SHA-1). Signing in asks for a code once one has been confirmed.")
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping
    ResponseEntity<Setup> begin(Caller caller, @RequestBody Proof proof, HttpServletRequest request) {
        return ResponseEntity.status(HttpStatus.CREATED)
                .cacheControl(CacheControl.noStore())
                .body(second.begin(caller, proof, request));
    }

    /** @param code what the authenticator shows */
    record Confirmation(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String code) {}

    @Fails({SecondFactorOff.class, TooManyAttempts.class, TooManySignIns.class})
    @Operation(
            operationId = "confirmSecondFactor",
            summary = "Confirm the setup by a code",
            description = "The answer has the recovery codes, which are not shown again.")
    @PostMapping("/confirm")
    ResponseEntity<RecoveryCodesDocument> confirm(
            Caller caller, @RequestBody Confirmation wanted, HttpServletRequest request) {
        return once(second.confirm(caller, wanted.code(), request));
    }

    @Fails({SecondFactorOff.class, TooManyAttempts.class, TooManyCodes.class, TooManySignIns.class})
    @Operation(
            operationId = "renewRecoveryCodes",
            summary = "Replace your recovery codes",
            description = "The former ones are not accepted any more. The new ones are not shown again.")
    @PostMapping("/recovery-codes")
    ResponseEntity<RecoveryCodesDocument> renew(Caller caller, @RequestBody Proof proof, HttpServletRequest request) {
        return once(second.renewRecoveryCodes(caller, proof, request));
    }

    @Fails({SecondFactorOff.class, TooManyAttempts.class, TooManyCodes.class, TooManySignIns.class})
    @Operation(operationId = "removeSecondFactor", summary = "Remove your second factor and its recovery codes")
    @PostMapping("/remove")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(Caller caller, @RequestBody Proof proof, HttpServletRequest request) {
        second.remove(caller, proof, request);
    }

    private static ResponseEntity<RecoveryCodesDocument> once(List<String> codes) {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(new RecoveryCodesDocument(codes));
    }
}
