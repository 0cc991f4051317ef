package dev.bailiwick.server.jail.rollout;

import dev.bailiwick.server.jail.page.JailQuery;
import java.util.List;
import java.util.Objects;

/**
 * The parameters of the pages of a rollout.
 *
 * @param policy {@code restart} for none, {@code as} for the policy of another jail, or a profile
 * @param as the id of the jail whose policy the others get
 * @param version the generation of that jail when the user looked at it; a later policy is not rolled out unseen
 * @param q selects the jails to choose from, as in the list of jails, together with {@code phase}, {@code host},
 *     {@code customer} and {@code label}
 * @param all whether all of them are chosen at first
 * @param jails the ids of the chosen jails, in the order of the rollout
 */
record RolloutForm(
        String policy,
        String as,
        String version,
        String q,
        String phase,
        String host,
        String customer,
        String label,
        Boolean all,
        List<String> jails) {

    RolloutForm {
        as = Objects.requireNonNullElse(as, "");
        policy = policy == null || policy.isBlank() ? (as.isEmpty() ? "restart" : "as") : policy;
        version = Objects.requireNonNullElse(version, "");
        all = Objects.requireNonNullElse(all, false);
        q = Objects.requireNonNullElse(q, "").strip();
        phase = Objects.requireNonNullElse(phase, "");
        host = Objects.requireNonNullElse(host, "");
        customer = Objects.requireNonNullElse(customer, "").strip();
        label = Objects.requireNonNullElse(label, "").strip();
        jails = jails == null ? List.of() : List.copyOf(jails);
    }

    /** Returns the query that finds the jails to choose from. */
    JailQuery query() {
        return new JailQuery(q, phase, host, customer, label, "", "");
    }
}
