package dev.bailiwick.server.jail.customer;

import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.customer.QuotaRequest;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.account.quota.QuotaBelowUse;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The form with the quota of a customer, as it was filled in. An empty field is no bound. */
record QuotaForm(String jails, String memory, String cpuMillis, String addresses, String disk) {

    QuotaForm {
        jails = Objects.requireNonNullElse(jails, "");
        memory = Objects.requireNonNullElse(memory, "");
        cpuMillis = Objects.requireNonNullElse(cpuMillis, "");
        addresses = Objects.requireNonNullElse(addresses, "");
        disk = Objects.requireNonNullElse(disk, "");
    }

    static QuotaForm of(Quota quota) {
        return new QuotaForm(
                text(quota.jails()),
                size(quota.memory()),
                text(quota.cpuMillis()),
                text(quota.addresses()),
                size(quota.disk()));
    }

    private static String size(@Nullable Long bytes) {
        return bytes == null ? "" : ByteSize.text(bytes);
    }

    private static String text(@Nullable Long bound) {
        return bound == null ? "" : bound.toString();
    }

    /** @throws InvalidRequest naming every invalid field */
    Quota quota() {
        Map<String, @Nullable Object> bounds = new LinkedHashMap<>();
        bounds.put("jails", number(jails));
        bounds.put("memory", optional(memory));
        bounds.put("cpuMillis", number(cpuMillis));
        bounds.put("addresses", number(addresses));
        bounds.put("disk", optional(disk));
        return QuotaRequest.merge(Quota.NONE, bounds);
    }

    private static @Nullable String optional(String typed) {
        return typed.isBlank() ? null : typed.strip();
    }

    /** Returns what is typed if it is no number: the reader of quotas rejects it. */
    private static @Nullable Object number(String typed) {
        if (typed.isBlank()) {
            return null;
        }
        try {
            return Long.valueOf(typed.strip());
        } catch (NumberFormatException e) {
            return typed;
        }
    }

    static Map<String, List<String>> errors(InvalidRequest invalid) {
        return errors(invalid.violations());
    }

    static Map<String, List<String>> errors(QuotaBelowUse below) {
        return errors(below.violations());
    }

    private static Map<String, List<String>> errors(List<Violation> violations) {
        Map<String, List<String>> errors = new TreeMap<>();
        for (Violation violation : violations) {
            errors.computeIfAbsent(violation.pointer().replaceFirst("^/quota/", ""), _ -> new ArrayList<>())
                    .add(violation.message());
        }
        return errors;
    }
}
