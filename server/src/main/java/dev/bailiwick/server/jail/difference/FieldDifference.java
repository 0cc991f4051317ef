package dev.bailiwick.server.jail.difference;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.draft.LimitsDraft;
import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.server.jail.page.form.ShellWords;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A field whose values differ between the host's and the server's definition of a jail.
 *
 * @param field the name of the field in the API
 * @param onHost the host's value as text, empty for none; for the environment only the names of the variables, because
 *     their values may be secret
 * @param onServer the server's value, in the same form
 */
record FieldDifference(String field, String onHost, String onServer) {

    /** Returns the fields that differ, in the order of a definition's fields. */
    static List<FieldDifference> between(JailDefinition host, JailDefinition server) {
        List<FieldDifference> all = new ArrayList<>();
        Map<String, Object> onHost = DefinitionDraft.of(host).members();
        Map<String, Object> onServer = DefinitionDraft.of(server).members();
        onHost.forEach((field, value) -> {
            if (field.equals("environment")) {
                all.add(environments(host.command(), server.command()));
            } else {
                all.add(new FieldDifference(field, text(field, value), text(field, onServer.getOrDefault(field, ""))));
            }
        });
        all.add(new FieldDifference(
                "incarnation", Long.toString(host.incarnation()), Long.toString(server.incarnation())));
        return all.stream()
                .filter(one -> !one.onHost.equals(one.onServer) || one.isOfValues(host, server))
                .toList();
    }

    /** Returns whether this is the environment and the values of its variables differ. */
    private boolean isOfValues(JailDefinition host, JailDefinition server) {
        return field.equals("environment")
                && !host.command().environment().equals(server.command().environment());
    }

    private static String text(String field, Object value) {
        return switch (value) {
            case PolicyDraft policy -> text(policy);
            case LimitsDraft limits -> text(limits);
            case List<?> words
            when field.equals("command") ->
                ShellWords.join(words.stream().map(String::valueOf).toList());
            case List<?> list -> list.stream().map(String::valueOf).collect(Collectors.joining(", "));
            case Map<?, ?> map -> new TreeMap<>(map).toString();
            default -> value.toString();
        };
    }

    private static FieldDifference environments(Command host, Command server) {
        return new FieldDifference("environment", names(host, server), names(server, host));
    }

    /** Returns the names of the variables that the other command does not have, or has with another value. */
    private static String names(Command one, Command other) {
        return one.environment().entrySet().stream()
                .filter(variable ->
                        !Objects.equals(variable.getValue(), other.environment().get(variable.getKey())))
                .map(variable -> variable.getKey())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static String text(PolicyDraft policy) {
        List<String> texts = new ArrayList<>(List.of(String.valueOf(policy.profile())));
        List<@Nullable OverrideDraft> overrides = policy.overrides() == null ? List.of() : policy.overrides();
        for (OverrideDraft override : overrides) {
            if (override != null) {
                texts.add(text(override));
            }
        }
        return String.join("; ", texts);
    }

    private static String text(OverrideDraft override) {
        return override.call() + " " + override.decision()
                + (override.until() == null ? "" : " until " + override.until()) + " (" + override.reason() + ")";
    }

    private static String text(LimitsDraft limits) {
        Stream<String> amounts = Stream.of(Limit.values())
                .filter(limit -> limits.text(limit) != null)
                .map(limit -> limit.text() + " " + limits.text(limit));
        return Stream.concat(amounts, Stream.ofNullable(limits.cpus()).map(cpus -> "cpus " + cpus))
                .collect(Collectors.joining(", "));
    }
}
