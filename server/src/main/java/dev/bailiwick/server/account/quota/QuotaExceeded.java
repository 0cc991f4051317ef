package dev.bailiwick.server.account.quota;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;
import java.util.Map;

/** The customer's quota does not leave what a jail asks for. */
public final class QuotaExceeded extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(409, "quota-exceeded", "The quota of the customer does not leave that");
    private static final long serialVersionUID = 1L;

    private final transient Shortage shortage;

    QuotaExceeded(Shortage shortage) {
        this(shortage, shortage.violation("the customer already has"));
    }

    private QuotaExceeded(Shortage shortage, Violation violation) {
        super(TYPE, "The jail " + violation.message() + ".", List.of(violation));
        this.shortage = shortage;
    }

    @Override
    public Map<String, Object> members() {
        return Map.of("shortages", List.of(shortage.figures()));
    }
}
