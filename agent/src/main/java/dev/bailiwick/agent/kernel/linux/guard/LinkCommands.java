package dev.bailiwick.agent.kernel.linux.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

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
        List<String> commands = new ArrayList<>(new NetworkRules(table).flush());
        commands.add("{\"flush\":{\"set\":{%s,\"name\":\"%s\"}}}".formatted(table.in(), GuardTable.MAILERS));
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
        List<String> commands = new ArrayList<>(new NetworkRules(table).elements(verb, links));
        if (!links.mailers().isEmpty()) {
            commands.add("{\"%s\":{\"element\":{%s,\"name\":\"%s\",\"elem\":[%s]}}}"
                    .formatted(
                            verb,
                            table.in(),
                            GuardTable.MAILERS,
                            links.mailers().stream().map(String::valueOf).collect(Collectors.joining(","))));
        }
        return commands;
    }
}
