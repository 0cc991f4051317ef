package dev.bailiwick.server.audit;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;

/**
 * A recorded event.
 *
 * @param number 1 for the first event, then increasing by 1; a reader may resume after any number
 * @param actor the user or host that caused it, for example {@code user:anna} or {@code host:0199…}
 * @param action the kind of the subject and the change: {@code jail.created}
 * @param version the version of the detail's form; 0 if the event is older than versions
 */
public record AuditEvent(
        long number,
        Instant at,
        String actor,
        Subject subject,
        String action,
        int version,
        Map<String, Object> detail) {

    public AuditEvent {
        detail = Collections.unmodifiableMap(detail);
    }
}
