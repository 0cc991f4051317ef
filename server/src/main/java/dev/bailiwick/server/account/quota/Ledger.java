package dev.bailiwick.server.account.quota;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Optional;
import java.util.function.Function;

/** What some jails have of what they may have together, while a transaction adds to it. */
public final class Ledger {

    private final Quota quota;
    private Usage used;

    /** @param used what the jails have, without those that are checked */
    public Ledger(Quota quota, Usage used) {
        this.quota = quota;
        this.used = used;
    }

    /** Whose bound it is, as a jail has it that is checked. */
    public enum Owner {
        CUSTOMER("customer", shortage -> new QuotaExceeded(shortage, "the customer already has")),
        RESELLER(
                "customer's reseller",
                shortage ->
                        new QuotaExceeded(shortage, "the customer's reseller already has, with all its customers,")),
        HOST("host", HostFull::new);

        private final String text;
        private final Function<Shortage, Failure> failure;

        Owner(String text, Function<Shortage, Failure> failure) {
            this.text = text;
            this.failure = failure;
        }
    }

    /**
     * Returns why a jail cannot have {@code after}: {@link QuotaExceeded} or {@link HostFull} with the figures, or {@link InvalidRequest} if
     * it has no limit of what is bounded. What a jail has already is never refused.
     */
    public Optional<Failure> refusal(Owner owner, Usage before, Usage after) {
        for (Measure measure : Measure.values()) {
            if (measure.bound(quota).isEmpty() || !after.exceeds(before, measure)) {
                continue;
            }
            if (measure.unlimited(after) > measure.unlimited(before)) {
                return Optional.of(new InvalidRequest(
                        measure.pointer(),
                        measure.required() + ", because all jails of the " + owner.text + " share a bound of it"));
            }
            long bound = measure.bound(quota).getAsLong();
            long known = Usage.sum(measure.amount(used), measure.amount(before));
            long asked = measure.amount(after) - measure.amount(before);
            if (Usage.sum(known, asked) > bound) {
                return Optional.of(owner.failure.apply(new Shortage(measure, known, asked, bound, 0)));
            }
        }
        return Optional.empty();
    }

    /** Adds what one of the checked jails has. */
    public void add(Usage jail) {
        used = used.plus(jail);
    }
}
