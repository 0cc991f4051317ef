package dev.bailiwick.server.account.identity;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** An account at a provider cannot be linked to the user. */
public final class IdentityRefused extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(409, "identity-refused", "The account cannot be linked");
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Why not. */
    public enum Reason {
        /** It belongs to another user. */
        TAKEN("The account belongs to another user"),
        /** The user has linked another one at this provider. */
        ANOTHER("Another account at this provider is linked"),
        /** The user was disabled, or has another password than when the link was begun. */
        USER_CHANGED("The user has changed meanwhile");

        private final String text;

        Reason(String text) {
            this.text = text;
        }
    }

    IdentityRefused(Reason reason) {
        super(TYPE, reason.text);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
