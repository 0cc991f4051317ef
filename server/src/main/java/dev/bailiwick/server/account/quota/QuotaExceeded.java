package dev.bailiwick.server.account.quota;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The quota of a customer, or that of its reseller, does not leave what is asked for. */
public final class QuotaExceeded extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(409, "quota-exceeded", "The quota of the customer does not leave that");
    private static final long serialVersionUID = 1L;

    private final transient List<Shortage> shortages;

    /** @param has whose quota it is, and what that has: for example {@code the customer already has} */
    QuotaExceeded(Shortage shortage, String has) {
        this(List.of(shortage), "The jail ", List.of(shortage.violation(has)));
    }

    private QuotaExceeded(List<Shortage> shortages, String subject, List<Violation> violations) {
        super(
                TYPE,
                violations.stream().map(Violation::message).collect(Collectors.joining("; ", subject, ".")),
                violations);
        this.shortages = List.copyOf(shortages);
    }

    /** Returns the failure of giving a customer to a reseller whose quota does not leave what the customer's jails have. */
    static QuotaExceeded ofReseller(List<Shortage> shortages) {
        return new QuotaExceeded(
                shortages,
                "The customer ",
                shortages.stream()
                        .map(shortage -> new Violation("/reseller", shortage.textOfCustomer()))
                        .toList());
    }

    @Override
    public Map<String, Object> members() {
        return Map.of("shortages", shortages.stream().map(Shortage::figures).toList());
    }
}
