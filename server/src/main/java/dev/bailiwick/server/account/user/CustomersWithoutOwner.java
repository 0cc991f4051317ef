package dev.bailiwick.server.account.user;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;
import java.util.stream.Collectors;

/** Customers would have no owner any more who can sign in. */
public final class CustomersWithoutOwner extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(409, "customers-without-owner", "Customers without an owner");
    private static final long serialVersionUID = 1L;
    private static final int MAX_NAMED = 5;

    CustomersWithoutOwner(List<String> names) {
        super(
                TYPE,
                "Nobody else owns "
                        + names.stream().limit(MAX_NAMED).map(PlainText::quote).collect(Collectors.joining(", "))
                        + (names.size() > MAX_NAMED ? " and " + (names.size() - MAX_NAMED) + " more" : "")
                        + ". Make somebody else an owner first, or disable the user with leaveOwnerless=true");
    }
}
