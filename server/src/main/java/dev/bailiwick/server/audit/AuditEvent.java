package dev.bailiwick.server.audit;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;

/**
 * One thing that was done.
 *
 * @param number 1 for the first event ever, and one more for each that follows; a reader may resume after any number
 * @param actor who did it, for example {@code user:anna} or {@code host:0199…}
 * @param action the kind of the subject and what was done to it: {@code jail.created}
 * @param version of the form of the detail; 0 where it was written before forms had versions
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
