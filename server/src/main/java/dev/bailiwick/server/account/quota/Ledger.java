package dev.bailiwick.server.account.quota;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Optional;
import java.util.function.Function;

/** What some jails have of what they may have together, while a transaction adds to it. */
public final class Ledger {

    private final Quota quota;
    private final String owner;
    private final Function<Shortage, Failure> failure;
    private Usage used;

    private Ledger(Quota quota, Usage used, String owner, Function<Shortage, Failure> failure) {
        this.quota = quota;
        this.used = used;
        this.owner = owner;
        this.failure = failure;
    }

    /** @param used what the jails of the customer have, without those that are checked */
    public static Ledger ofCustomer(Quota quota, Usage used) {
        return new Ledger(quota, used, "customer", QuotaExceeded::new);
    }

    /** @param used what the jails of the host have, without those that are checked */
    public static Ledger ofHost(Quota capacity, Usage used) {
        return new Ledger(capacity, used, "host", HostFull::new);
    }

    /**
     * Returns why a jail cannot have {@code after}: {@link QuotaExceeded} or {@link HostFull} with the figures, or {@link InvalidRequest} if
     * it has no limit of what is bounded. What a jail has already is never refused.
     */
    public Optional<Failure> refusal(Usage before, Usage after) {
        for (Measure measure : Measure.values()) {
            if (measure.bound(quota).isEmpty() || !after.exceeds(before, measure)) {
                continue;
            }
            if (measure.unlimited(after) > measure.unlimited(before)) {
                return Optional.of(new InvalidRequest(
                        measure.pointer(),
                        measure.required() + ", because all jails of the " + owner + " share a bound of it"));
            }
            long bound = measure.bound(quota).getAsLong();
            long known = Usage.sum(measure.amount(used), measure.amount(before));
            long asked = measure.amount(after) - measure.amount(before);
            if (Usage.sum(known, asked) > bound) {
                return Optional.of(failure.apply(new Shortage(measure, known, asked, bound, 0)));
            }
        }
        return Optional.empty();
    }

    /** Adds what one of the checked jails has. */
    public void add(Usage jail) {
        used = used.plus(jail);
    }
}
