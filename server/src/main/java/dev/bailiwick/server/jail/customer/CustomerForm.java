package dev.bailiwick.server.jail.customer;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.customer.Customer;
import dev.bailiwick.server.account.customer.CustomerFields;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The form with the fields of a customer, as it was filled in.
 *
 * @param labels {@code key=value}, one in each line
 */
record CustomerForm(String name, String externalId, String contact, String labels) {

    static final CustomerForm EMPTY = new CustomerForm("", "", "", "");

    CustomerForm {
        name = Objects.requireNonNullElse(name, "");
        externalId = Objects.requireNonNullElse(externalId, "");
        contact = Objects.requireNonNullElse(contact, "");
        labels = Objects.requireNonNullElse(labels, "");
    }

    static CustomerForm of(Customer customer) {
        return new CustomerForm(
                customer.name(),
                Objects.requireNonNullElse(customer.externalId(), ""),
                Objects.requireNonNullElse(customer.contact(), ""),
                customer.labels().entrySet().stream()
                        .map(label -> label.getKey() + "=" + label.getValue())
                        .collect(Collectors.joining("\n")));
    }

    /**
     * @param quota the quota that the customer has
     * @throws InvalidRequest naming every invalid field
     */
    CustomerFields fields(Quota quota) {
        Map<String, @Nullable String> pairs = new LinkedHashMap<>();
        for (String line : labels.lines().map(String::strip).toList()) {
            if (!line.isEmpty()) {
                String[] pair = line.split("=", 2);
                if (pair.length < 2) {
                    throw new InvalidRequest("/labels", "must have a = in each line: " + line);
                }
                pairs.put(pair[0].strip(), pair[1].strip());
            }
        }
        return CustomerFields.of(name.strip(), optional(externalId), optional(contact), pairs, quota);
    }

    private static @Nullable String optional(String text) {
        return text.isBlank() ? null : text.strip();
    }

    /** Returns the errors by the names of their fields. */
    static Map<String, List<String>> errors(InvalidRequest invalid) {
        Map<String, List<String>> errors = new TreeMap<>();
        for (Violation violation : invalid.violations()) {
            errors.computeIfAbsent(violation.pointer().substring(1), _ -> new ArrayList<>())
                    .add(violation.message());
        }
        return errors;
    }
}
