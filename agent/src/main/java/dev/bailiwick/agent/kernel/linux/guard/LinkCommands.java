package dev.bailiwick.agent.kernel.linux.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The commands that change what the table has about links of jails. Each change is one transaction. */
record LinkCommands(GuardTable table, HostNetwork around) {

    /** Adds elements to a table without any. */
    List<String> add(LinkElements links) {
        List<String> commands = new ArrayList<>(elements("add", links));
        commands.addAll(firewalls().put(links.firewalls(), Set.of()));
        return commands;
    }

    /** Replaces all elements, whatever the table has. */
    String replace(LinkElements links) {
        List<String> commands = new ArrayList<>(List.of(
                "{\"flush\":{\"map\":{%s,\"name\":\"customers\"}}}".formatted(table.in()),
                "{\"flush\":{\"set\":{%s,\"name\":\"members\"}}}".formatted(table.in()),
                "{\"flush\":{\"set\":{%s,\"name\":\"%s\"}}}".formatted(table.in(), GuardTable.MAILERS)));
        commands.addAll(FirewallRules.flush(table));
        commands.addAll(add(links));
        return GuardTable.commands(commands);
    }

    /** Removes some elements and adds others. */
    String change(LinkElements gone, LinkElements come) {
        List<String> commands = new ArrayList<>(elements("delete", gone));
        commands.addAll(elements("add", come));
        Set<Integer> known = gone.firewalls().keySet();
        commands.addAll(firewalls().put(come.firewalls(), known));
        commands.addAll(firewalls()
                .remove(known.stream()
                        .filter(link -> !come.firewalls().containsKey(link))
                        .collect(Collectors.toSet())));
        return GuardTable.commands(commands);
    }

    private FirewallRules firewalls() {
        return new FirewallRules(table, around.pools());
    }

    private List<String> elements(String verb, LinkElements links) {
        Map<Integer, Integer> customers = links.customers();
        List<String> commands = new ArrayList<>();
        if (!customers.isEmpty()) {
            Stream<String> numbers = customers.entrySet().stream()
                    .map(entry -> verb.equals("add")
                            ? "[%d,%d]".formatted(entry.getKey(), entry.getValue())
                            : Integer.toString(entry.getKey()));
            Stream<String> members = customers.entrySet().stream()
                    .map(entry -> "{\"concat\":[%d,%d]}".formatted(entry.getKey(), entry.getValue()));
            commands.add(elements(verb, "customers", numbers));
            commands.add(elements(verb, "members", members));
        }
        if (!links.mailers().isEmpty()) {
            commands.add(
                    elements(verb, GuardTable.MAILERS, links.mailers().stream().map(String::valueOf)));
        }
        return commands;
    }

    private String elements(String verb, String set, Stream<String> elements) {
        return "{\"%s\":{\"element\":{%s,\"name\":\"%s\",\"elem\":[%s]}}}"
                .formatted(verb, table.in(), set, elements.collect(Collectors.joining(",")));
    }
}
