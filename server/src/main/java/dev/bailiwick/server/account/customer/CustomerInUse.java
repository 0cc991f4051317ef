package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import org.springframework.modulith.NamedInterface;

/** The customer cannot be retired while it has jails, or files that its removed jails left. */
@NamedInterface("customer")
public final class CustomerInUse extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(409, "customer-in-use", "The customer has jails or files");
    private static final long serialVersionUID = 1L;

    /**
     * @param jails the number of its jails, with those that are being removed
     * @param files the number of its removed jails whose files are kept
     */
    CustomerInUse(CustomerId id, long jails, long files) {
        super(
                TYPE,
                "The customer " + id + " has " + (jails == 1 ? "1 jail" : jails + " jails") + ", and the kept files of "
                        + (files == 1 ? "1 removed jail" : files + " removed jails"));
    }
}
