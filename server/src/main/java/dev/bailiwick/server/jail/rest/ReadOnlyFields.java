package dev.bailiwick.server.jail.rest;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.jail.rest.JailDocument.StatusDocument;
import dev.bailiwick.server.jail.view.JailPlan;
import dev.bailiwick.server.jail.view.JailView;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The fields of a jail that only the server sets. A client may send back what it has read, so a field is accepted if it has the stored
 * value. The status changes between reading and sending, so it is not compared: it is accepted whole, as it is only if it was read.
 */
final class ReadOnlyFields {

    private static final String STATUS = "status";
    private static final String RESTART = "restart";
    private static final List<String> STORED = Arrays.stream(Stored.class.getRecordComponents())
            .map(RecordComponent::getName)
            .toList();

    private static final Set<String> OF_STATUS = names(_ -> true);
    private static final Set<String> ALWAYS_IN_STATUS =
            names(component -> component.getAnnotatedType().getAnnotation(Nullable.class) == null);

    private ReadOnlyFields() {}

    /** What is stored of them. */
    private record Stored(
            String id,
            long generation,
            Instant createdAt,
            Instant updatedAt,
            @Nullable Instant retiredAt,
            @Nullable String planName,
            @Nullable Integer planVersion) {

        static Stored of(JailView jail) {
            return new Stored(
                    jail.id().toString(),
                    jail.generation(),
                    jail.createdAt(),
                    jail.updatedAt(),
                    jail.retiredAt().orElse(null),
                    jail.plan().map(JailPlan::name).orElse(null),
                    jail.plan().map(JailPlan::number).orElse(null));
        }
    }

    /** Removes the fields from the definition of a new jail, of which nothing is stored. */
    static void removeFromNew(ObjectNode body, List<Violation> violations) {
        for (String name : STORED) {
            refuse(body, name, "is set by the server", violations);
        }
        refuse(body, STATUS, "is reported by the host", violations);
        refuseRestart(body, violations);
    }

    /** Removes the fields from the definition of an existing jail. */
    static void remove(ObjectNode body, JailView jail, JsonMapper json, List<Violation> violations) {
        JsonNode stored = json.readTree(json.writeValueAsBytes(Stored.of(jail)));
        for (String name : STORED) {
            JsonNode sent = body.get(name);
            JsonNode known = stored.path(name);
            if (sent != null && (isAbsent(known) ? !sent.isNull() : !sent.equals(known))) {
                violations.add(new Violation(
                        "/" + name, "cannot be changed" + (isAbsent(known) ? "" : "; it is " + known.asString())));
            }
            body.remove(name);
        }
        JsonNode status = body.remove(STATUS);
        if (status != null && !isWhole(status)) {
            violations.add(new Violation(
                    "/" + STATUS,
                    "is reported by the host and cannot be changed; it is accepted only whole, as it was read"));
        }
        refuseRestart(body, violations);
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static boolean isWhole(JsonNode status) {
        return status.isObject()
                && OF_STATUS.containsAll(status.propertyNames())
                && status.propertyNames().containsAll(ALWAYS_IN_STATUS);
    }

    private static void refuseRestart(ObjectNode body, List<Violation> violations) {
        refuse(body, RESTART, "belongs to the answer to one change", violations);
    }

    private static void refuse(ObjectNode body, String name, String reason, List<Violation> violations) {
        JsonNode sent = body.remove(name);
        if (sent != null && !sent.isNull()) {
            violations.add(new Violation("/" + name, reason));
        }
    }

    private static Set<String> names(Predicate<RecordComponent> condition) {
        return Arrays.stream(StatusDocument.class.getRecordComponents())
                .filter(condition)
                .map(RecordComponent::getName)
                .collect(Collectors.toUnmodifiableSet());
    }
}
