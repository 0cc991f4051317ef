package dev.bailiwick.server.account.signin.password;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.factor.TooManyCodes;
import dev.bailiwick.server.account.user.SignInRefused;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The caller's own password. */
@RestController
@RequestMapping("/api/v1/password")
class PasswordResource {

    private final PasswordChange password;

    PasswordResource(PasswordChange password) {
        this.password = password;
    }

    /**
     * A request to change the password.
     *
     * @param current the current password
     * @param code a code of your authenticator, or a recovery code; needed if you have a second factor
     * @param password the new password
     */
    record PasswordRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String current,

            @Nullable String code,

            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String password) {
        @Override
        public String toString() {
            return "PasswordRequest";
        }
    }

    /** Changes the password. The caller's sessions end and unused sign-in links stop working; tokens stay. */
    @Fails({SignInRefused.class, TooManyAttempts.class, TooManyCodes.class, TooManySignIns.class})
    @Operation(operationId = "changePassword", summary = "Change your own password")
    @PutMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void change(Caller caller, @RequestBody PasswordRequest wanted, HttpServletRequest request) {
        Caller _ = password.change(caller, wanted.current(), wanted.code(), wanted.password(), request);
    }
}
