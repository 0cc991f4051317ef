package dev.bailiwick.server.account.user;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.ListDocument;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.customer.CustomerNotFound;
import dev.bailiwick.server.account.customer.CustomerRetired;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Users, for staff. */
@RestController
@RequestMapping("/api/v1/users")
class UserResource {

    private final Users users;

    UserResource(Users users) {
        this.users = users;
    }

    /** A request for a new user: an owner of the customer if one is given, otherwise staff. */
    record UserRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String login,

            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String password,

            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            Role role,

            @Nullable CustomerId customer) {

        Membership membership() {
            return switch (role) {
                case OWNER, OPERATOR, SUPPORT, BILLING -> {
                    if (customer != null) {
                        throw new InvalidRequest("/customer", "must be absent: staff belongs to no customer");
                    }
                    yield new Membership.Staff(role);
                }
                case CUSTOMER -> {
                    if (customer == null) {
                        throw new InvalidRequest("/customer", "is required in the role customer");
                    }
                    yield new Membership.Of(customer);
                }
                case null ->
                    throw new InvalidRequest("/role", "must be one of owner, operator, support, billing and customer");
            };
        }
    }

    @Fails({CustomerNotFound.class, CustomerRetired.class, LoginTaken.class})
    @Operation(
            operationId = "createUser",
            summary = "Create a user",
            description =
                    "With the role customer, the user is an owner of the customer. All other roles are of staff: owner does everything, operator runs the installation, support sees it, and billing sees it and suspends customers.")
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping
    ResponseEntity<User> create(Caller caller, @RequestBody UserRequest wanted) {
        User user = users.create(caller, wanted.login(), wanted.password(), wanted.membership());
        return ResponseEntity.created(URI.create("/api/v1/users/" + user.id())).body(user);
    }

    @Operation(operationId = "listUsers", summary = "List users")
    @GetMapping
    ResponseEntity<ListDocument<User>> list(
            Caller caller,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam(name = "cursor") Optional<String> cursor) {
        var rows = users.list(caller, ListDocument.start(cursor, UserId::parse), ListDocument.requireLimit(limit) + 1);
        return ListDocument.of(rows, limit, User::id);
    }

    @Fails({UserNotFound.class})
    @Operation(operationId = "getUser", summary = "Get a user")
    @GetMapping("/{id}")
    User get(Caller caller, @PathVariable UserId id) {
        return users.get(caller, id);
    }

    /** A change of a user (RFC 7396). */
    record UserChange(@Nullable Role role) {}

    @Fails({UserNotFound.class, LastOwner.class, RightMissing.class})
    @Operation(
            operationId = "changeUser",
            summary = "Change the role of a user",
            description =
                    "A merge patch (RFC 7396), for the roles of staff. Live pages and streams of the user end, and open again with the new rights. The installation keeps its last owner.")
    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", MediaType.APPLICATION_JSON_VALUE})
    User change(Caller caller, @PathVariable UserId id, @RequestBody UserChange wanted) {
        return wanted.role() == null ? users.get(caller, id) : users.changeRole(caller, id, wanted.role());
    }

    /** Disables the user. The audit keeps the user's name. */
    @Fails({UserNotFound.class, LastOwner.class, CustomersWithoutOwner.class})
    @Operation(
            operationId = "disableUser",
            summary = "Disable a user",
            description =
                    "Sessions, tokens and streams of the user end. The audit keeps the user's name. Rejected if customers would have no owner any more who can sign in, unless 'leaveOwnerless' allows it.")
    @DeleteMapping("/{id}")
    User disable(
            Caller caller,
            @PathVariable UserId id,
            @Parameter(description = "Whether customers may be left without an owner")
                    @RequestParam(defaultValue = "false")
                    boolean leaveOwnerless) {
        return users.disable(caller, id, leaveOwnerless ? Users.Ownerless.ALLOWED : Users.Ownerless.REFUSED);
    }
}
