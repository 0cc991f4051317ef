package dev.bailiwick.server.jail.history;

import dev.bailiwick.server.audit.AuditEvent;
import dev.bailiwick.server.audit.ShownActor;
import dev.bailiwick.server.jail.view.JailCount;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A removed jail as pages show it.
 *
 * @param keptDays the number of days after its removal in which it can be found
 */
public record ShownRemovedJail(
        String id,
        String name,
        String hostname,
        List<String> addresses,
        String host,
        String customer,
        String path,
        @Nullable String externalId,
        Map<String, String> labels,
        boolean filesKept,
        Moment created,
        Moment removed,
        long keptDays) {

    /** One page of the list of removed jails. */
    public record Rows(
            List<ShownRemovedJail> jails,
            JailCount total,
            long keptDays,
            @Nullable String firstUrl,
            @Nullable String previousUrl,
            @Nullable String nextUrl) {}

    /**
     * An event of the jail.
     *
     * @param action the end of the key of its message
     * @param by a login, or who acts as whom; null if the host caused the event
     * @param generation the generation of the jail after the event; null for none
     */
    public record Event(
            Moment at,
            String action,
            @Nullable String by,
            @Nullable String generation) {

        public static Event of(AuditEvent event, Instant now) {
            Object generation = event.detail().get("generation");
            return new Event(
                    Moment.of(event.at(), now),
                    event.action(),
                    event.actor().startsWith("user:") ? ShownActor.of(event.actor()) : null,
                    generation == null ? null : generation.toString());
        }
    }

    public static ShownRemovedJail of(RemovedJail jail, Instant now) {
        return new ShownRemovedJail(
                jail.id().toString(),
                jail.name(),
                jail.hostname(),
                jail.addresses(),
                jail.nameOfHost(),
                jail.customerName(),
                jail.path(),
                jail.externalId().orElse(null),
                jail.labels().all(),
                jail.filesKept(),
                Moment.of(jail.createdAt(), now),
                Moment.of(jail.removedAt(), now),
                RemovedJails.KEPT.toDays());
    }
}
