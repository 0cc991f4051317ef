package dev.bailiwick.server.jail.rollout;

import dev.bailiwick.server.jail.page.JailQuery;
import java.util.List;
import java.util.Objects;

/**
 * What the pages of a rollout were asked for.
 *
 * @param policy {@code restart} for none, {@code as} for that of a jail, or a profile
 * @param as the jail whose policy the others get
 * @param version its generation when it was looked at; what has changed since is not rolled out unseen
 * @param q which jails to choose from, as in their list; with {@code phase}, {@code host} and {@code label}
 * @param all whether to begin with all of them chosen
 * @param jails ids, in the order to go in
 */
record RolloutForm(
        String policy,
        String as,
        String version,
        String q,
        String phase,
        String host,
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
        label = Objects.requireNonNullElse(label, "").strip();
        jails = jails == null ? List.of() : List.copyOf(jails);
    }

    /** What finds the jails to choose from. */
    JailQuery query() {
        return new JailQuery(q, phase, host, label, "", "");
    }
}
