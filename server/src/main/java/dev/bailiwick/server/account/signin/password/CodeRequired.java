package dev.bailiwick.server.account.signin.password;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Factors;
import org.springframework.security.core.AuthenticationException;

/** The password is right, and the user is not signed in before a code of their second factor is. */
public final class CodeRequired extends AuthenticationException {

    private static final long serialVersionUID = 1L;

    private final transient Caller caller;
    private final transient Factors shown;

    CodeRequired(Caller caller, Factors shown) {
        super("The second factor is missing");
        this.caller = caller;
        this.shown = shown;
    }

    public Caller caller() {
        return caller;
    }

    public Factors shown() {
        return shown;
    }
}
