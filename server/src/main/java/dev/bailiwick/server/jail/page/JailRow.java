package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.LivePart;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A jail in a list.
 *
 * @param addresses the primary ones
 * @param moreAddresses how many additional ones it has
 * @param behind whether the host has not yet applied the current generation
 */
record JailRow(
        String id,
        String state,
        String name,
        String hostname,
        List<String> addresses,
        int moreAddresses,
        String host,
        String customer,
        long generation,
        long applied,
        boolean behind,
        Moment changed) {

    /** @param customers the names of customers; that of a customer that has gone meanwhile is missing */
    static JailRow of(JailView jail, Map<CustomerId, String> customers, Instant now) {
        return new JailRow(
                jail.id().toString(),
                jail.status().shownState(),
                jail.definition().name().value(),
                jail.definition().hostname().value(),
                jail.definition().addresses().primary().stream()
                        .map(IpAddress::toString)
                        .toList(),
                jail.definition().addresses().additional().size(),
                jail.hostName().value(),
                customers.getOrDefault(jail.customer(), ""),
                jail.generation(),
                jail.status().generation(),
                jail.status().generation() < jail.generation(),
                Moment.of(jail.updatedAt(), now));
    }

    LivePart part() {
        return new LivePart("jail-" + id, "jails/row", "row", Map.of("row", this));
    }
}
