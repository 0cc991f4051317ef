package dev.bailiwick.server.account.factor;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.user.UserNotFound;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The second factors of other users, for owners of the installation. */
@RestController
@RequestMapping("/api/v1/users/{id}/second-factor")
class UserFactorResource {

    private final Users users;
    private final SecondFactors factors;

    UserFactorResource(Users users, SecondFactors factors) {
        this.users = users;
        this.factors = factors;
    }

    @Fails({UserNotFound.class})
    @Operation(operationId = "getUserSecondFactor", summary = "Get whether a user has a second factor")
    @GetMapping
    SecondFactor get(Caller caller, @PathVariable UserId id) {
        caller.require(Right.USERS);
        return factors.status(users.get(caller, id).id());
    }

    @Fails({UserNotFound.class, SecondFactorOff.class})
    @Operation(
            operationId = "resetUserSecondFactor",
            summary = "Remove the second factor of a user",
            description =
                    "For a user who has lost their authenticator and their recovery codes: from then on, their password is enough. The audit names who did it. You remove your own with a proof instead.")
    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void reset(Caller caller, @PathVariable UserId id) {
        caller.require(Right.USERS);
        if (id.equals(caller.user())) {
            throw new InvalidRequest("/id", "is your own user: remove your second factor with a proof");
        }
        factors.remove(caller, users.get(caller, id).id());
    }
}
