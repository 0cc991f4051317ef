package dev.bailiwick.server.jail.rollout;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rollout as its pages show it.
 *
 * @param as the name of the jail whose policy the others get; absent if there is none
 * @param more whether the search finds more jails than the page shows
 */
record ShownRollout(RolloutForm form, @Nullable String as, String version, List<Row> rows, boolean more) {

    ShownRollout {
        rows = List.copyOf(rows);
    }

    /**
     * A jail that can be chosen.
     *
     * @param effect {@code restarts}, {@code runs-on}, {@code stored}, {@code skipped} or {@code refused}
     * @param detail the reason why it cannot have the policy; otherwise empty
     */
    record Row(String id, String name, String host, String profile, String state, String effect, String detail) {}

    /** Returns how many of the shown jails would restart. */
    public long restarts() {
        return rows.stream().filter(row -> row.effect().equals("restarts")).count();
    }
}
