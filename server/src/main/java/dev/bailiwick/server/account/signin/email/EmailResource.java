package dev.bailiwick.server.account.signin.email;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.factor.TooManyCodes;
import dev.bailiwick.server.account.signin.code.Proof;
import dev.bailiwick.server.account.signin.password.TooManyAttempts;
import dev.bailiwick.server.account.signin.password.TooManySignIns;
import dev.bailiwick.server.mail.TooManyMails;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The address at which the caller gets mail. */
@RestController
@RequestMapping("/api/v1/email")
class EmailResource {

    private final OwnEmail email;

    EmailResource(OwnEmail email) {
        this.email = email;
    }

    /**
     * A request to get mail at an address.
     *
     * @param address for example ada@example.com
     * @param password your password
     * @param code a code of your authenticator, or a recovery code; needed if you have a second factor
     */
    record EmailRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String address,

            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String password,

            @Nullable String code) {

        Proof proof() {
            return new Proof(password, code);
        }

        @Override
        public String toString() {
            return "EmailRequest";
        }
    }

    @Operation(operationId = "getEmail", summary = "Get the address at which you get mail")
    @GetMapping
    Email get(Caller caller) {
        return email.status(caller);
    }

    @Fails({
        TooManyAttempts.class,
        TooManyCodes.class,
        TooManyConfirmations.class,
        TooManyMails.class,
        TooManySignIns.class
    })
    @Operation(
            operationId = "setEmail",
            summary = "Set the address at which you get mail",
            description =
                    "A mail with a link is sent there. The address counts once the link was followed, within 24 hours; until then the one before does, which then gets a notice. Several users may have the same address, and no answer depends on whether another one has it.")
    @PutMapping
    @ResponseStatus(HttpStatus.ACCEPTED)
    Email set(Caller caller, @RequestBody EmailRequest wanted, HttpServletRequest request) {
        return email.set(caller, wanted.address(), wanted.proof(), request);
    }

    @Fails({TooManyAttempts.class, TooManyCodes.class, TooManySignIns.class})
    @Operation(
            operationId = "removeEmail",
            summary = "Remove your address, and one that waits to be confirmed",
            description = "You get no mail any more. The address gets a last one that says so.")
    @PostMapping("/remove")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(Caller caller, @RequestBody Proof proof, HttpServletRequest request) {
        email.remove(caller, proof, request);
    }
}
