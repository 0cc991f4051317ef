package dev.bailiwick.server.account.member;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.InvitationId;
import dev.bailiwick.server.account.ListDocument;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.customer.CustomerNotFound;
import dev.bailiwick.server.account.customer.CustomerRetired;
import dev.bailiwick.server.mail.TooManyMails;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
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

/** The open invitations of a customer, for staff and for the customer's owners. */
@RestController
@RequestMapping("/api/v1/customers/{customer}/invitations")
class InvitationResource {

    private final Invitations invitations;

    InvitationResource(Invitations invitations) {
        this.invitations = invitations;
    }

    /**
     * A request to invite somebody.
     *
     * @param login the user name of whom to invite, whether or not somebody has it already
     * @param jails the jails of a colleague, at most 1,000; empty for an owner
     * @param email where to send the link, if this installation sends mail
     */
    record InvitationRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String login,

            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            MemberRole role,

            @Nullable List<@Nullable JailRights> jails,
            @Nullable String email) {}

    /**
     * A new invitation.
     *
     * @param link a path on this server, shown only once; its page is for whoever is invited. Absent if it is sent by mail
     */
    record IssuedInvitationDocument(
            @JsonUnwrapped Invitation invitation, @Nullable String link) {}

    @Fails({
        CustomerNotFound.class,
        CustomerRetired.class,
        RightMissing.class,
        AlreadyMember.class,
        TooManyInvitations.class,
        TooManyMails.class
    })
    @Operation(
            operationId = "createInvitation",
            summary = "Invite somebody to a customer",
            description =
                    "The link is shown only in this answer, or sent to 'email' and shown to nobody else. It works once, for 7 days and no longer than the token that requested it. Its page asks first; whoever is invited sets a password there or, if they have a user already, signs in. Another invitation with the same login replaces the first. The link is void once its creator does not manage the people of the customer any more.")
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping
    ResponseEntity<IssuedInvitationDocument> create(
            Caller caller,
            @PathVariable CustomerId customer,
            @RequestBody InvitationRequest wanted,
            HttpServletRequest request) {
        Invitations.Issued issued = invitations.create(
                caller,
                customer,
                NewInvitation.of(wanted.login(), wanted.role(), wanted.jails(), wanted.email()),
                Credential.tokenOf(request));
        return ResponseEntity.status(HttpStatus.CREATED)
                .cacheControl(CacheControl.noStore())
                .body(new IssuedInvitationDocument(
                        issued.invitation(),
                        issued.secret()
                                .map(secret -> "/sign-in/invitation/" + secret.text())
                                .orElse(null)));
    }

    @Fails({CustomerNotFound.class, RightMissing.class})
    @Operation(
            operationId = "listInvitations",
            summary = "List the open invitations of a customer",
            description = "Without their links.")
    @GetMapping
    ResponseEntity<ListDocument<Invitation>> list(
            Caller caller,
            @PathVariable CustomerId customer,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam(name = "cursor") Optional<String> cursor) {
        var rows = invitations.list(
                caller,
                customer,
                ListDocument.start(cursor, InvitationId::parse),
                ListDocument.requireLimit(limit) + 1);
        return ListDocument.of(rows, limit, Invitation::id);
    }

    @Fails({CustomerNotFound.class, InvitationNotFound.class, RightMissing.class})
    @Operation(
            operationId = "withdrawInvitation",
            summary = "Withdraw an invitation",
            description = "Its link does not work any more.")
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void withdraw(Caller caller, @PathVariable CustomerId customer, @PathVariable InvitationId id) {
        invitations.withdraw(caller, customer, id);
    }
}
