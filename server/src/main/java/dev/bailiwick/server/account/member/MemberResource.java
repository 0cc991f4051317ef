package dev.bailiwick.server.account.member;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.ListDocument;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.customer.CustomerNotFound;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The people of a customer, for staff and for the customer's owners. */
@RestController
@RequestMapping("/api/v1/customers/{customer}/members")
class MemberResource {

    private static final String CUSTOMER = "The id of the customer";
    private static final String USER = "The id of the user who belongs to the customer";

    private final Members members;

    /** A request to decide what a user is to the customer. */
    record MemberRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            MemberRole role,

            @Nullable List<@Nullable JailRights> jails) {

        MemberChange change() {
            return new MemberChange(role, jails);
        }
    }

    MemberResource(Members members) {
        this.members = members;
    }

    @Fails({CustomerNotFound.class, RightMissing.class})
    @Operation(operationId = "listMembers", summary = "List the people of a customer")
    @GetMapping
    ResponseEntity<ListDocument<Member>> list(
            Caller caller,
            @Parameter(description = CUSTOMER) @PathVariable CustomerId customer,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam(name = "cursor") Optional<String> cursor) {
        var rows = members.list(
                caller, customer, ListDocument.start(cursor, UserId::parse), ListDocument.requireLimit(limit) + 1);
        return ListDocument.of(rows, limit, Member::user);
    }

    @Fails({CustomerNotFound.class, MemberNotFound.class, RightMissing.class})
    @Operation(operationId = "getMember", summary = "Get somebody who belongs to a customer")
    @GetMapping("/{user}")
    Member get(
            Caller caller,
            @Parameter(description = CUSTOMER) @PathVariable CustomerId customer,
            @Parameter(description = USER) @PathVariable UserId user) {
        return members.get(caller, customer, user);
    }

    @Fails({CustomerNotFound.class, MemberNotFound.class, LastCustomerOwner.class, RightMissing.class})
    @Operation(
            operationId = "putMember",
            summary = "Decide what a user is to a customer",
            description =
                    "An owner has the rights of a customer on all its jails, and decides about its people. A colleague sees the jails that are named, and has the rights that are given with each: power, configure, console, files, logs. Nothing asks for the last one yet. Staff may add users; an owner changes those who belong to the customer already. Live pages and streams of the user end, and open again with the new rights.")
    @PutMapping("/{user}")
    Member put(
            Caller caller,
            @Parameter(description = CUSTOMER) @PathVariable CustomerId customer,
            @Parameter(description = USER) @PathVariable UserId user,
            @RequestBody MemberRequest wanted) {
        return members.put(caller, customer, user, wanted.change());
    }

    @Fails({CustomerNotFound.class, MemberNotFound.class, LastCustomerOwner.class, RightMissing.class})
    @Operation(
            operationId = "removeMember",
            summary = "End a membership",
            description = "The user, and what else they belong to, stays. A customer keeps its last owner.")
    @DeleteMapping("/{user}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(
            Caller caller,
            @Parameter(description = CUSTOMER) @PathVariable CustomerId customer,
            @Parameter(description = USER) @PathVariable UserId user) {
        members.remove(caller, customer, user);
    }
}
