package dev.bailiwick.server.account.quota;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The new quota of a customer is lower than what its jails have. */
public final class QuotaBelowUse extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(409, "quota-below-use", "The jails of the customer have more than the quota");
    private static final long serialVersionUID = 1L;

    private final transient List<Shortage> shortages;

    QuotaBelowUse(List<Shortage> shortages) {
        super(
                TYPE,
                shortages.stream().map(QuotaBelowUse::text).collect(Collectors.joining("; ", "The quota ", ".")),
                shortages.stream()
                        .map(shortage ->
                                new Violation("/quota/" + shortage.measure().member(), text(shortage)))
                        .toList());
        this.shortages = List.copyOf(shortages);
    }

    private static String text(Shortage shortage) {
        Measure measure = shortage.measure();
        String used = "would be " + measure.text(shortage.bound()) + ", but the customer has "
                + measure.figure(shortage.used());
        return shortage.unlimited() == 0 ? used : used + ", and " + measure.unknown(shortage.unlimited());
    }

    @Override
    public Map<String, Object> members() {
        return Map.of("shortages", shortages.stream().map(Shortage::figures).toList());
    }
}
