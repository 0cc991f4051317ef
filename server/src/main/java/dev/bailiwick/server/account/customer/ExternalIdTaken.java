package dev.bailiwick.server.account.customer;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;
import org.springframework.modulith.NamedInterface;

/** Another customer has this external id already. */
@NamedInterface("customer")
public final class ExternalIdTaken extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "external-id-taken", "The external id is taken");
    private static final long serialVersionUID = 1L;

    ExternalIdTaken(String externalId) {
        super(
                TYPE,
                "There is a customer with the external id " + externalId,
                List.of(new Violation("/externalId", "is taken")));
    }
}
