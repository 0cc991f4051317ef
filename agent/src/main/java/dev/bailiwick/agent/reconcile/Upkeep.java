package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.TimeText;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is known of what a running jail needs beside its processes.
 *
 * @param suspected that something of it is gone: to be looked at
 * @param failures how many times in a row it could not be restored
 * @param condition what was gone, for whoever looks at the jail
 * @param lookAgainAt when to look at it although nothing is suspected; present where {@code condition} is
 */
record Upkeep(boolean suspected, int failures, Optional<Condition> condition, Optional<Instant> lookAgainAt) {

    static final Upkeep WHOLE = new Upkeep(false, 0, Optional.empty(), Optional.empty());

    /** Somebody else started the jail, or something of it is said to be gone. */
    Upkeep suspect() {
        return new Upkeep(true, failures, condition, lookAgainAt);
    }

    boolean isDue(Instant now) {
        return suspected || lookAgainAt.filter(at -> !now.isBefore(at)).isPresent();
    }

    /**
     * It was looked at, and is whole.
     *
     * @param restored what was gone until now; it is reported as long as what an init did
     */
    Upkeep mended(List<String> restored, Instant now) {
        if (restored.isEmpty()) {
            boolean told = failures == 0 && lookAgainAt.filter(now::isBefore).isPresent();
            return told ? new Upkeep(false, 0, condition, lookAgainAt) : WHOLE;
        }
        String message = String.join(", ", restored) + (restored.size() == 1 ? " was" : " were")
                + " gone, and restored without a restart";
        return new Upkeep(
                false, 0, Optional.of(new Condition("Mended", message, now)), Optional.of(now.plus(Backoff.STABLE)));
    }

    /** Something that the jail needs is still missing. */
    Upkeep failed(KernelRefusal refusal, Instant now) {
        Instant next = now.plus(Backoff.afterFailure(failures + 1));
        Condition damaged =
                new Condition(refusal.reason(), refusal.detail() + "; next try at " + TimeText.of(next), now);
        return new Upkeep(false, failures + 1, Optional.of(damaged), Optional.of(next));
    }
}
