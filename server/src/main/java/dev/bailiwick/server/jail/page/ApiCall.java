package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.LimitsDraft;
import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.page.form.JailForm;
import dev.bailiwick.server.jail.page.form.ShellWords;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The call to the API that has the same effect as a page. */
@Component
class ApiCall {

    private static final String NEXT_LINE = " \\\n  ";

    private final JsonMapper json;

    ApiCall(JsonMapper json) {
        this.json = json;
    }

    /** @param server the address of the server, for example {@code https://127.0.0.1:8443} */
    String define(String server, Optional<CustomerId> customer, JailForm form, DefinitionDraft draft) {
        Map<String, Object> body = new LinkedHashMap<>();
        put(body, "customer", customer.map(CustomerId::toString).orElse(null));
        put(body, "host", form.host().isBlank() ? null : form.host());
        put(body, "plan", form.plan().isBlank() ? null : form.plan());
        body.putAll(members(draft));
        return call("POST", server + "/api/v1/jails", List.of(), body);
    }

    String redefine(String server, String id, String generation, DefinitionDraft draft) {
        return call("PUT", server + "/api/v1/jails/" + id, List.of("If-Match: \"" + generation + "\""), members(draft));
    }

    private String call(String method, String url, List<String> headers, Map<String, Object> body) {
        StringBuilder text = new StringBuilder("curl -X " + method + " " + ShellWords.quoted(url));
        text.append(NEXT_LINE).append("-H \"Authorization: Bearer $BAILIWICK_TOKEN\"");
        headers.forEach(header -> text.append(NEXT_LINE).append("-H ").append(ShellWords.quoted(header)));
        text.append(NEXT_LINE).append("-H 'Content-Type: application/json'");
        return text.append(NEXT_LINE)
                .append("-d ")
                .append(ShellWords.quoted(write(body, "  ")))
                .toString();
    }

    /** Returns the definition's members without those that the server chooses. */
    private static Map<String, Object> members(DefinitionDraft draft) {
        Map<String, Object> members = new LinkedHashMap<>();
        draft.members()
                .forEach((name, value) -> put(
                        members,
                        name,
                        switch (value) {
                            case LimitsDraft limits -> limits(limits);
                            case PolicyDraft policy -> policy(policy);
                            default -> value;
                        }));
        return members;
    }

    private static Map<String, Object> limits(LimitsDraft limits) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (Limit limit : Limit.values()) {
            String text = limits.text(limit);
            put(members, limit.text(), limit.unit() == Limit.Unit.NUMBER ? number(text) : text);
        }
        put(members, "cpus", limits.cpus());
        return members;
    }

    private static Map<String, Object> policy(PolicyDraft policy) {
        Map<String, Object> members = new LinkedHashMap<>();
        put(members, "profile", policy.profile());
        put(
                members,
                "overrides",
                policy.overrides() == null
                        ? null
                        : policy.overrides().stream()
                                .filter(Objects::nonNull)
                                .map(ApiCall::override)
                                .toList());
        return members;
    }

    private static Map<String, Object> override(OverrideDraft override) {
        Map<String, Object> members = new LinkedHashMap<>();
        put(members, "call", override.call());
        put(members, "decision", override.decision());
        put(members, "reason", override.reason());
        put(members, "until", override.until());
        return members;
    }

    private static @Nullable Object number(@Nullable String text) {
        return text != null && text.matches("\\d{1,9}") ? (Object) Integer.valueOf(text) : text;
    }

    private static void put(Map<String, Object> members, String name, @Nullable Object value) {
        boolean empty = value == null
                || value instanceof String text && text.isEmpty()
                || value instanceof List<?> list && list.isEmpty()
                || value instanceof Map<?, ?> map && map.isEmpty();
        if (!empty) {
            members.put(name, value);
        }
    }

    /** Returns JSON in a layout for people: objects over several lines, lists of plain values on one line. */
    private String write(@Nullable Object value, String indent) {
        String deeper = indent + "  ";
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(member -> deeper + json.writeValueAsString(String.valueOf(member.getKey())) + ": "
                            + write(member.getValue(), deeper))
                    .collect(Collectors.joining(",\n", "{\n", "\n" + indent + "}"));
        }
        if (value instanceof List<?> list) {
            return list.stream().map(element -> write(element, indent)).collect(Collectors.joining(", ", "[", "]"));
        }
        return json.writeValueAsString(value);
    }
}
