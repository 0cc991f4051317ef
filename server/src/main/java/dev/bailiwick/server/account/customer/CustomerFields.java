package dev.bailiwick.server.account.customer;

import dev.bailiwick.jail.Labels;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.FreeText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.modulith.NamedInterface;

/**
 * What staff says of a customer.
 *
 * @param name 1 to 200 characters; need not be unique
 * @param externalId the customer's number elsewhere, 1 to 200 characters; unique
 * @param contact an e-mail address or another text, 1 to 200 characters
 * @param quota the most that its jails may have together
 */
@NamedInterface("customer")
public record CustomerFields(
        String name, @Nullable String externalId, @Nullable String contact, Labels labels, Quota quota) {

    /** The maximum length of each text, in characters. */
    static final int MAX_LENGTH = 200;

    /** @throws InvalidRequest naming every invalid field */
    public static CustomerFields of(
            @Nullable String name,
            @Nullable String externalId,
            @Nullable String contact,
            @Nullable Map<String, @Nullable String> labels,
            Quota quota) {
        List<Violation> violations = new ArrayList<>();
        FreeText.check("/name", name, MAX_LENGTH, violations);
        if (externalId != null) {
            FreeText.check("/externalId", externalId, MAX_LENGTH, violations);
        }
        if (contact != null) {
            FreeText.check("/contact", contact, MAX_LENGTH, violations);
        }
        Labels known = labels(labels == null ? Map.of() : labels, violations);
        if (name == null || !violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return new CustomerFields(name, externalId, contact, known, quota);
    }

    /** Reads labels; one without a value is left out. */
    private static Labels labels(Map<String, @Nullable String> wanted, List<Violation> violations) {
        Map<String, String> given = new HashMap<>();
        wanted.forEach((key, value) -> {
            if (value != null) {
                given.put(key, value);
            }
        });
        try {
            return new Labels(given);
        } catch (InvalidValue e) {
            violations.add(new Violation("/labels", e.reason()));
            return Labels.NONE;
        }
    }

    /** Returns the same fields with another quota. */
    public CustomerFields with(Quota other) {
        return new CustomerFields(name, externalId, contact, labels, other);
    }
}
