package dev.bailiwick.server.account.customer;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A merge patch (RFC 7396) for a customer: a field that it does not name stays, and null removes a field or a label. */
record CustomerChange(Map<String, @Nullable Object> patch) {

    private static final Set<String> FIELDS = Set.of("name", "externalId", "contact", "labels", "quota");

    /** @throws InvalidRequest naming every field that is unknown, or of the wrong type */
    CustomerChange {
        List<Violation> violations = new ArrayList<>();
        patch.forEach((field, value) -> {
            if (!FIELDS.contains(field)) {
                violations.add(new Violation("/" + field, "is not a field that can be changed"));
            } else if (field.equals("labels")) {
                checkLabels(value, violations);
            } else if (field.equals("quota")) {
                QuotaRequest.check(value, violations);
            } else if (value != null && !(value instanceof String)) {
                violations.add(new Violation("/" + field, "must be a string"));
            }
        });
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
    }

    private static void checkLabels(@Nullable Object value, List<Violation> violations) {
        if (value == null) {
            return;
        }
        if (!(value instanceof Map<?, ?> labels)) {
            violations.add(new Violation("/labels", "must be an object"));
        } else if (labels.values().stream().anyMatch(label -> label != null && !(label instanceof String))) {
            violations.add(new Violation("/labels", "must have strings as values"));
        }
    }

    /** Whether it is about the quota alone, which others may set than change a customer. */
    boolean isOfQuota() {
        return patch.keySet().equals(Set.of("quota"));
    }

    /** @throws InvalidRequest naming every bound that becomes invalid */
    Quota quota(Quota before) {
        return QuotaRequest.merge(before, patch.get("quota"));
    }

    /** @throws InvalidRequest naming every field that becomes invalid */
    CustomerFields of(CustomerFields before) {
        return CustomerFields.of(
                text("name", before.name()),
                text("externalId", before.externalId()),
                text("contact", before.contact()),
                labels(before.labels().all()),
                patch.containsKey("quota") ? quota(before.quota()) : before.quota());
    }

    private @Nullable String text(String field, @Nullable String before) {
        return patch.containsKey(field) ? (String) patch.get(field) : before;
    }

    private Map<String, @Nullable String> labels(Map<String, String> before) {
        if (!patch.containsKey("labels")) {
            return new HashMap<>(before);
        }
        Map<String, @Nullable String> after = new HashMap<>();
        if (patch.get("labels") instanceof Map<?, ?> changed) {
            after.putAll(before);
            changed.forEach((key, value) -> after.put(String.valueOf(key), value == null ? null : value.toString()));
        }
        return after;
    }
}
