package dev.bailiwick.server.account.user;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.ListDocument;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.customer.CustomerNotFound;
import dev.bailiwick.server.account.customer.CustomerRetired;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Users, for operators. */
@RestController
@RequestMapping("/api/v1/users")
class UserResource {

    private final Users users;

    UserResource(Users users) {
        this.users = users;
    }

    /** A request for a new user: of a customer if one is given, otherwise an operator. */
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
                case OPERATOR -> {
                    if (customer != null) {
                        throw new InvalidRequest("/customer", "must be absent: an operator belongs to no customer");
                    }
                    yield new Membership.Operator();
                }
                case CUSTOMER -> {
                    if (customer == null) {
                        throw new InvalidRequest("/customer", "is required in the role customer");
                    }
                    yield new Membership.Of(customer);
                }
                case null -> throw new InvalidRequest("/role", "must be operator or customer");
            };
        }
    }

    @Fails({CustomerNotFound.class, CustomerRetired.class, LoginTaken.class})
    @Operation(
            operationId = "createUser",
            summary = "Create a user",
            description =
                    "With the role customer, the user sees the jails of one customer; with the role operator, everything.")
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

    /** Disables the user. The audit keeps the user's name. */
    @Fails({UserNotFound.class, LastOperator.class})
    @Operation(
            operationId = "disableUser",
            summary = "Disable a user",
            description = "Sessions, tokens and streams of the user end. The audit keeps the user's name.")
    @DeleteMapping("/{id}")
    User disable(Caller caller, @PathVariable UserId id) {
        return users.disable(caller, id);
    }
}
