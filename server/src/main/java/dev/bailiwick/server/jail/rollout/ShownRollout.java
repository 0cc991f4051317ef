package dev.bailiwick.server.jail.rollout;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the pages of a rollout show.
 *
 * @param as name of the jail whose policy the others get; absent where there is none
 * @param more whether there are further jails that the search finds
 */
record ShownRollout(RolloutForm form, @Nullable String as, String version, List<Row> rows, boolean more) {

    ShownRollout {
        rows = List.copyOf(rows);
    }

    /**
     * A jail that may be chosen.
     *
     * @param effect {@code restarts}, {@code runs-on}, {@code stored} or {@code refused}
     * @param detail why it cannot have the policy
     */
    record Row(String id, String name, String host, String profile, String state, String effect, String detail) {}

    /** How many of the jails shown would restart. */
    public long restarts() {
        return rows.stream().filter(row -> row.effect().equals("restarts")).count();
    }
}
