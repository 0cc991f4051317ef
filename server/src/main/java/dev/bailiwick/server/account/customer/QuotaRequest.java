package dev.bailiwick.server.account.customer;

import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.modulith.NamedInterface;

/**
 * A quota, as a client requests it. A bound that is missing does not exist.
 *
 * @param memory bytes, or a size such as {@code 4GiB}
 * @param disk as {@code memory}; of what the plans of the jails promise
 */
@NamedInterface("customer")
public record QuotaRequest(
        @Nullable Long jails,
        @Nullable String memory,
        @Nullable Long cpuMillis,
        @Nullable Long addresses,
        @Nullable String disk) {

    /** 1 PiB; also far more than anybody has of anything else. */
    private static final long MAX = 1L << 50;

    private static final Set<String> FIELDS = Set.of("jails", "memory", "cpuMillis", "addresses", "disk");
    private static final Set<String> SIZES = Set.of("memory", "disk");

    /** @throws InvalidRequest naming every invalid bound */
    static Quota quota(@Nullable QuotaRequest wanted) {
        if (wanted == null) {
            return Quota.NONE;
        }
        Map<String, @Nullable Object> bounds = new HashMap<>();
        bounds.put("jails", wanted.jails);
        bounds.put("memory", wanted.memory);
        bounds.put("cpuMillis", wanted.cpuMillis);
        bounds.put("addresses", wanted.addresses);
        bounds.put("disk", wanted.disk);
        return merge(Quota.NONE, bounds);
    }

    /** Adds what is wrong with a merge patch for a quota. */
    static void check(@Nullable Object patch, List<Violation> violations) {
        if (patch == null) {
            return;
        }
        if (!(patch instanceof Map<?, ?> bounds)) {
            violations.add(new Violation("/quota", "must be an object"));
            return;
        }
        bounds.forEach((field, value) -> {
            if (!FIELDS.contains(String.valueOf(field))) {
                violations.add(new Violation("/quota/" + field, "is not a field that can be changed"));
            } else if (value != null) {
                try {
                    number(String.valueOf(field), value);
                } catch (InvalidValue e) {
                    violations.add(new Violation("/quota/" + field, e.reason()));
                }
            }
        });
    }

    /**
     * Applies a merge patch (RFC 7396) to a quota.
     *
     * @throws InvalidRequest naming every invalid bound
     */
    public static Quota merge(Quota before, @Nullable Object patch) {
        List<Violation> violations = new ArrayList<>();
        check(patch, violations);
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        Map<?, ?> bounds = patch instanceof Map<?, ?> map ? map : Map.of();
        Quota known = patch == null ? Quota.NONE : before;
        return new Quota(
                bound(bounds, "jails", known.jails()),
                bound(bounds, "memory", known.memory()),
                bound(bounds, "cpuMillis", known.cpuMillis()),
                bound(bounds, "addresses", known.addresses()),
                bound(bounds, "disk", known.disk()));
    }

    private static @Nullable Long bound(Map<?, ?> bounds, String field, @Nullable Long before) {
        if (!bounds.containsKey(field)) {
            return before;
        }
        Object value = bounds.get(field);
        return value == null ? null : (Long) number(field, value);
    }

    private static long number(String field, Object value) {
        boolean isNumber = value instanceof Integer || value instanceof Long;
        long number = isNumber
                ? ((Number) value).longValue()
                : SIZES.contains(field) && value instanceof String text ? ByteSize.parse(text) : -1;
        if (number < 0 || number > MAX) {
            throw new InvalidValue("must be a whole number of 0 to " + MAX
                    + (SIZES.contains(field) ? ", or a size such as '4GiB' of at most 1024TiB" : ""));
        }
        return number;
    }
}
