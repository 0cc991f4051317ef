package dev.bailiwick.server.jail;

import dev.bailiwick.jail.Command;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.syscall.Policy;
import dev.bailiwick.jail.syscall.PolicyOverride;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A field of a definition in which a host and the server differ.
 *
 * @param field as the API names it
 * @param onHost its value as a text, empty for none; of the environment the names only, since values may be secret
 * @param onServer likewise
 */
record FieldDifference(String field, String onHost, String onServer) {

    /** In the order of a definition's fields; empty for equal definitions. */
    static List<FieldDifference> between(JailDefinition host, JailDefinition server) {
        return Stream.of(
                        of("name", host, server, definition -> definition.name().value()),
                        of(
                                "hostname",
                                host,
                                server,
                                definition -> definition.hostname().value()),
                        of("path", host, server, definition -> definition.path().value()),
                        of("base", host, server, definition -> definition.base().text()),
                        of("ip", host, server, FieldDifference::addresses),
                        of("policy", host, server, definition -> text(definition.policy())),
                        of(
                                "command",
                                host,
                                server,
                                definition -> Words.join(definition.command().argv())),
                        new FieldDifference(
                                "environment",
                                names(host.command(), server.command()),
                                names(server.command(), host.command())),
                        of("limits", host, server, definition -> text(definition.limits())),
                        of(
                                "wanted",
                                host,
                                server,
                                definition -> definition.wanted().text()),
                        of(
                                "labels",
                                host,
                                server,
                                definition -> definition.labels().all().toString()),
                        of("incarnation", host, server, definition -> Long.toString(definition.incarnation())))
                .filter(one -> !one.onHost.equals(one.onServer) || one.isOfValues(host, server))
                .toList();
    }

    /** The same variables, with other values. */
    private boolean isOfValues(JailDefinition host, JailDefinition server) {
        return field.equals("environment")
                && !host.command().environment().equals(server.command().environment());
    }

    private static FieldDifference of(
            String field, JailDefinition host, JailDefinition server, Function<JailDefinition, String> text) {
        return new FieldDifference(field, text.apply(host), text.apply(server));
    }

    private static String addresses(JailDefinition definition) {
        return definition.addresses().all().stream().map(IpAddress::toString).collect(Collectors.joining(", "));
    }

    /** Those variables that the other does not have, or has with another value. */
    private static String names(Command one, Command other) {
        return one.environment().entrySet().stream()
                .filter(variable ->
                        !Objects.equals(variable.getValue(), other.environment().get(variable.getKey())))
                .map(variable -> variable.getKey())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static String text(Policy policy) {
        return Stream.concat(
                        Stream.of(policy.profile().text()),
                        policy.overrides().stream().map(FieldDifference::text))
                .collect(Collectors.joining("; "));
    }

    private static String text(PolicyOverride override) {
        return override.call() + " " + override.decision().text()
                + override.until().map(until -> " until " + until).orElse("") + " (" + override.reason() + ")";
    }

    private static String text(Limits limits) {
        return Stream.of(
                        limits.memoryBytes().isPresent()
                                ? "memory " + limits.memoryBytes().getAsLong()
                                : "",
                        limits.processes().isPresent()
                                ? "processes " + limits.processes().getAsInt()
                                : "",
                        limits.cpuMillis().isPresent()
                                ? "cpuMillis " + limits.cpuMillis().getAsInt()
                                : "")
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(", "));
    }
}
