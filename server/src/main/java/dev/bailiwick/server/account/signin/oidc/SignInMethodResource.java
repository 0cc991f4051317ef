package dev.bailiwick.server.account.signin.oidc;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.IdentityId;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.factor.TooManyCodes;
import dev.bailiwick.server.account.identity.IdentityNotFound;
import dev.bailiwick.server.account.identity.LastWayIn;
import dev.bailiwick.server.account.identity.LinkedIdentity;
import dev.bailiwick.server.account.passkey.Passkeys;
import dev.bailiwick.server.account.signin.code.Proof;
import dev.bailiwick.server.account.signin.password.TooManyAttempts;
import dev.bailiwick.server.account.signin.password.TooManySignIns;
import dev.bailiwick.server.account.user.UserPasswords;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The ways in which the caller can sign in. Only a browser can link an account at a provider, on the account page. */
@RestController
@RequestMapping("/api/v1/sign-in-methods")
class SignInMethodResource {

    private final OwnIdentities identities;
    private final UserPasswords passwords;
    private final Passkeys passkeys;
    private final SecondFactors factors;

    SignInMethodResource(OwnIdentities identities, UserPasswords passwords, Passkeys passkeys, SecondFactors factors) {
        this.identities = identities;
        this.passwords = passwords;
        this.passkeys = passkeys;
        this.factors = factors;
    }

    /**
     * The ways in.
     *
     * @param password whether there is a password
     * @param passkeys how many there are, at most 20
     * @param secondFactor whether a code is asked for after a password, a link or a provider
     * @param providers accounts at providers, the oldest link first
     */
    record SignInMethods(boolean password, int passkeys, boolean secondFactor, List<LinkedIdentity> providers) {
        SignInMethods {
            providers = List.copyOf(providers);
        }
    }

    @Operation(
            operationId = "getSignInMethods",
            summary = "List the ways in which you can sign in",
            description = "Users of customers link accounts at providers in a browser, on the page of their account.")
    @GetMapping
    SignInMethods get(Caller caller) {
        return new SignInMethods(
                passwords.isSet(caller.user()),
                passkeys.list(caller.user()).size(),
                factors.isOn(caller.user()),
                identities.list(caller));
    }

    @Fails({IdentityNotFound.class, LastWayIn.class, TooManyAttempts.class, TooManyCodes.class, TooManySignIns.class})
    @Operation(
            operationId = "unlinkProvider",
            summary = "Remove the link to one of your accounts at providers",
            description = "From then on it does not sign in any more. Sessions that it began end.")
    @PostMapping("/{id}/remove")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(
            Caller caller,
            @Parameter(description = "The id of the link") @PathVariable IdentityId id,
            @RequestBody Proof proof,
            HttpServletRequest request) {
        identities.remove(caller, id, proof, request);
    }
}
