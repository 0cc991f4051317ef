package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.server.jail.page.form.ShellWords;
import dev.bailiwick.server.jail.view.JailPlan;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
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
    static final Set<String> PLACED =
            Set.of("name", "hostname", "path", "base", "ip", "policy", "command", "environment", "limits", "wanted");

    private static final Set<Limit> ALWAYS_SHOWN = Set.of(Limit.MEMORY, Limit.PROCESSES, Limit.CPU_MILLIS);

    /** Fields of pairs by which no list is filtered. */
    private static final Set<String> ONLY_SHOWN = Set.of("extraHosts");

    /**
     * A field of the definition without a place of its own on the page.
     *
     * @param name as in the API; its label is the message {@code jail.<name>}
     * @param values one for each line
     * @param pairs whether the values are pairs {@code key=value}, by which the list of jails can be filtered
     */
    record ShownField(String name, List<String> values, boolean pairs) {}

    /** @param text the limit; null for no limit */
    record ShownLimit(String name, @Nullable String text) {}

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
                limits(definition.limits()),
                Stream.concat(
                                jail.plan().stream().map(ShownJail::plan),
                                others(DefinitionDraft.of(definition)).stream())
                        .toList(),
                jail.externalId().orElse(null),
                Moment.of(jail.createdAt(), now),
                Moment.of(jail.updatedAt(), now),
                jail.retiredAt().isPresent());
    }

    private static ShownField plan(JailPlan plan) {
        return new ShownField("plan", List.of(plan.name() + ", version " + plan.number()), false);
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

    /** Returns the three limits that always have a place, and those others that the jail has. */
    private static List<ShownLimit> limits(Limits limits) {
        return Stream.of(Limit.values())
                .filter(limit ->
                        ALWAYS_SHOWN.contains(limit) || limits.amounts().containsKey(limit))
                .map(limit -> new ShownLimit(
                        limit.text(), text(limit, limits.amounts().get(limit))))
                .toList();
    }

    private static @Nullable String text(Limit limit, @Nullable Long amount) {
        if (amount == null) {
            return null;
        }
        return limit == Limit.CPU_MILLIS
                ? cpus(Math.toIntExact(amount))
                : limit.written(amount).replaceFirst("(?=[KMGT]iB)", " ");
    }

    private static String cpus(int millis) {
        return String.format(Locale.ROOT, millis % 1000 == 0 ? "%.0f" : "%.2f", millis / 1000.0) + " CPU";
    }
}
