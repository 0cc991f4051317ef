package dev.bailiwick.server.account.member;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.ListDocument;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.user.UserNotFound;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import java.util.Optional;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The customers that a user belongs to, for staff. */
@RestController
@RequestMapping("/api/v1/users/{id}/memberships")
class UserMembershipResource {

    private final Members members;

    UserMembershipResource(Members members) {
        this.members = members;
    }

    @Fails({UserNotFound.class, RightMissing.class})
    @Operation(
            operationId = "listMemberships",
            summary = "List the customers that a user belongs to",
            description = "By the id of the customer.")
    @GetMapping
    ResponseEntity<ListDocument<UserMembership>> list(
            Caller caller,
            @Parameter(description = "The id of the user") @PathVariable UserId id,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam(name = "cursor") Optional<String> cursor) {
        var rows = members.of(
                caller, id, ListDocument.start(cursor, CustomerId::parse), ListDocument.requireLimit(limit) + 1);
        return ListDocument.of(rows, limit, UserMembership::customer);
    }
}
