package dev.bailiwick.server.jail.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.server.audit.AuditEvent;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An event of a jail as the API shows it.
 *
 * @param actor shown to operators only
 * @param detail for customers only the name and the generation
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record EventDocument(Instant at, String action, @Nullable String actor, Map<String, Object> detail) {

    static EventDocument of(AuditEvent event, boolean operator) {
        Map<String, Object> detail = new TreeMap<>(event.detail());
        if (!operator) {
            detail.keySet().retainAll(Set.of("name", "generation"));
        }
        return new EventDocument(event.at(), event.action(), operator ? event.actor() : null, detail);
    }
}
