package dev.bailiwick.server.account.signin.password;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.IdentityId;
import dev.bailiwick.server.account.authentication.Factors;
import java.util.Optional;
import org.springframework.security.core.AuthenticationException;

/** The password is right, or the provider has signed somebody in, and the user is not signed in before a code of their second factor is. */
public final class CodeRequired extends AuthenticationException {

    private static final long serialVersionUID = 1L;

    private final transient Caller caller;
    private final transient Factors shown;
    private final transient Optional<IdentityId> identity;

    /** @param identity the account at a provider by which they sign in; empty if they sign in otherwise */
    public CodeRequired(Caller caller, Factors shown, Optional<IdentityId> identity) {
        super("The second factor is missing");
        this.caller = caller;
        this.shown = shown;
        this.identity = identity;
    }

    public Caller caller() {
        return caller;
    }

    public Factors shown() {
        return shown;
    }

    public Optional<IdentityId> identity() {
        return identity;
    }
}
