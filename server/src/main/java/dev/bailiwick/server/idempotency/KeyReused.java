package dev.bailiwick.server.idempotency;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The key was used with another request before. */
public final class KeyReused extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(422, "idempotency-key-used", "The Idempotency-Key is used");
    private static final long serialVersionUID = 1L;

    KeyReused() {
        super(TYPE, "The Idempotency-Key was used with another request before: use a new key for each request");
    }
}
