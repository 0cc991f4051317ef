package dev.bailiwick.server.account.signin.reset;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.customer.CustomerNotFound;
import dev.bailiwick.server.account.member.MemberNotFound;
import dev.bailiwick.server.account.user.UserNotFound;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Links that set the password of somebody else. */
@RestController
class PasswordResetResource {

    private static final String ABOUT =
            "The link works once, within 24 hours, and is shown only in this answer; it replaces an earlier one. It signs nobody in, and a user with a second factor needs that as well. It holds as long as you manage the user. A token needs all scopes of the user's role.";

    private final PasswordResets resets;

    PasswordResetResource(PasswordResets resets) {
        this.resets = resets;
    }

    /** @param link a path on this server */
    record ResetDocument(String link) {

        @Override
        public String toString() {
            return "ResetDocument";
        }
    }

    @Fails({UserNotFound.class, RightMissing.class})
    @Operation(
            operationId = "resetPassword",
            summary = "Create a link that sets a user's password",
            description = ABOUT)
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping("/api/v1/users/{id}/password-reset")
    ResponseEntity<ResetDocument> issue(Caller caller, @PathVariable UserId id) {
        return created(resets.issue(caller, id));
    }

    @Fails({CustomerNotFound.class, MemberNotFound.class, ManagedElsewhere.class, RightMissing.class, UserNotFound.class
    })
    @Operation(
            operationId = "resetMemberPassword",
            summary = "Create a link that sets the password of somebody who belongs to a customer",
            description = ABOUT)
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping("/api/v1/customers/{customer}/members/{user}/password-reset")
    ResponseEntity<ResetDocument> issueForMember(
            Caller caller,
            @Parameter(description = "The id of the customer") @PathVariable CustomerId customer,
            @Parameter(description = "The id of the user") @PathVariable UserId user) {
        return created(resets.issue(caller, customer, user));
    }

    private static ResponseEntity<ResetDocument> created(Secret secret) {
        return ResponseEntity.status(HttpStatus.CREATED)
                .cacheControl(CacheControl.noStore())
                .body(new ResetDocument("/sign-in/reset/" + secret.text()));
    }
}
