package dev.bailiwick.server.account.passkey;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The browser's answer does not prove that it has a passkey of this server. The message does not say why. */
public final class PasskeyRefused extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(401, "passkey-refused", "The passkey is refused");
    private static final long serialVersionUID = 1L;

    PasskeyRefused() {
        super(TYPE, "The passkey is not accepted");
    }
}
