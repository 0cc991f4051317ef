package dev.bailiwick.server.account.signin.oidc;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** A provider cannot be reached, or says something else of itself than expected. */
public final class ProviderUnusable extends Failure {

    private static final ProblemType TYPE =
            ProblemType.passing(503, "provider-unusable", "The provider cannot be reached");
    private static final long serialVersionUID = 1L;

    ProviderUnusable() {
        super(TYPE, "The provider cannot be reached at this moment");
    }
}
