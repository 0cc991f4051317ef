package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.server.jail.page.form.ShellWords;
import dev.bailiwick.server.jail.page.plan.ShownLimit;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A definition, as the jail's page shows it. */
record ShownJail(
        String id,
        long generation,
        String name,
        String hostname,
        List<String> addresses,
        String host,
        String hostId,
        String customer,
        String command,
        String base,
        String path,
        List<ShownLimit> limits,
        List<ShownField> others,
        @Nullable String externalId,
        Moment created,
        Moment updated,
        boolean retired) {

    /** The fields with a place of their own on the page, and the environment, which is not shown: its values may be secret. */
    static final Set<String> PLACED = Set.of(
            "name",
            "hostname",
            "path",
            "base",
            "ip",
            "additionalAddresses",
            "policy",
            "command",
            "environment",
            "limits",
            "wanted");

    /** Fields of pairs by which no list is filtered. */
    private static final Set<String> ONLY_SHOWN = Set.of("extraHosts", "sysctls");

    /**
     * A field of the definition without a place of its own on the page.
     *
     * @param name as in the API; its label is the message {@code jail.<name>}
     * @param values one for each line
     * @param pairs whether the values are pairs {@code key=value}, by which the list of jails can be filtered
     */
    record ShownField(String name, List<String> values, boolean pairs) {}

    static ShownJail of(JailView jail, String customer, Instant now) {
        JailDefinition definition = jail.definition();
        return new ShownJail(
                jail.id().toString(),
                jail.generation(),
                definition.name().value(),
                definition.hostname().value(),
                addresses(definition),
                jail.hostName().value(),
                jail.host().toString(),
                customer,
                ShellWords.join(definition.command().argv()),
                definition.base().text(),
                definition.path().value(),
                ShownLimit.of(definition.limits()),
                others(DefinitionDraft.of(definition)),
                jail.externalId().orElse(null),
                Moment.of(jail.createdAt(), now),
                Moment.of(jail.updatedAt(), now),
                jail.retiredAt().isPresent());
    }

    static List<String> addresses(JailDefinition definition) {
        return definition.addresses().all().stream().map(IpAddress::toString).toList();
    }

    private static List<ShownField> others(DefinitionDraft definition) {
        return definition.members().entrySet().stream()
                .filter(member -> !PLACED.contains(member.getKey()))
                .map(member -> new ShownField(
                        member.getKey(),
                        values(member.getValue()),
                        member.getValue() instanceof Map<?, ?> && !ONLY_SHOWN.contains(member.getKey())))
                .filter(field -> !field.values().isEmpty())
                .toList();
    }

    private static List<String> values(Object member) {
        return switch (member) {
            case Map<?, ?> pairs ->
                pairs.entrySet().stream()
                        .map(pair -> pair.getKey() + "=" + pair.getValue())
                        .toList();
            case List<?> list -> list.stream().map(String::valueOf).toList();
            default -> List.of(String.valueOf(member));
        };
    }
}
