package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.linux.guard.JailLinks.Change;
import dev.bailiwick.agent.kernel.linux.guard.LinkElements.LinkFirewall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The commands that change what the table has about links of jails. Each change is one transaction, or several of {@link RuleBatches}. */
record LinkCommands(GuardTable table, HostNetwork around) {

    /**
     * What a table has beside its fixed parts.
     *
     * @param counted the limits of connections for which it has a set
     * @param ruled the links for which it has chains of rules
     * @param named the numbers of networks for which it has sets
     * @param rated the links for which it has a chain that bounds what their jails send
     */
    record KnownParts(Set<Integer> counted, Set<Integer> ruled, Set<Integer> named, Set<Integer> rated) {}

    /** Adds elements to a table without any. */
    List<String> add(LinkElements links) {
        List<String> commands = new ArrayList<>(elements("add", links));
        commands.addAll(new NamedNetworks(table).put(links.named()));
        commands.addAll(firewalls().put(links.firewalls(), Set.of()));
        commands.addAll(connections().put(links.connections(), Set.of()));
        commands.addAll(rates().put(links.rates()));
        return commands;
    }

    /**
     * Replaces all elements, whatever the table has.
     *
     * @param freed the links that jails have left
     * @param known what the table has that only single links need
     */
    List<String> replace(LinkElements links, Set<Integer> freed, KnownParts known) {
        List<String> commands = new ArrayList<>(new NetworkRules(table).flush());
        commands.add("{\"flush\":{\"set\":{%s,\"name\":\"%s\"}}}".formatted(table.in(), GuardTable.MAILERS));
        commands.addAll(FirewallRules.flush(table));
        commands.addAll(elements("add", links));
        commands.addAll(new NamedNetworks(table).put(links.named()));
        commands.addAll(firewalls().put(links.firewalls(), Set.of()));
        commands.addAll(
                firewalls().drop(without(known.ruled(), links.firewalls().keySet())));
        commands.addAll(new NamedNetworks(table)
                .remove(without(known.named(), links.named().keySet())));
        commands.addAll(connections().flush());
        commands.addAll(connections().put(links.connections(), known.counted()));
        Set<Integer> used = Set.copyOf(links.connections().values());
        commands.addAll(connections().drop(without(known.counted(), used)));
        commands.addAll(connections().forget(freed));
        commands.addAll(rates().flush());
        commands.addAll(rates().put(links.rates()));
        commands.addAll(rates().drop(without(known.rated(), links.rates().keySet())));
        if (links.rates().isEmpty()) {
            commands.addAll(rates().unhook());
        }
        return commands;
    }

    /** Replaces the rules of links that have some. */
    String rules(Map<Integer, LinkFirewall> links) {
        return GuardTable.commands(firewalls().put(links, links.keySet()));
    }

    /** Removes some elements and adds others. */
    String change(Change.Part part) {
        LinkElements gone = part.gone();
        LinkElements come = part.come();
        List<String> commands = new ArrayList<>(elements("delete", gone));
        commands.addAll(elements("add", come));
        commands.addAll(new NamedNetworks(table).put(come.named()));
        Set<Integer> known = gone.firewalls().keySet();
        commands.addAll(firewalls().put(come.firewalls(), known));
        commands.addAll(firewalls().remove(without(known, come.firewalls().keySet())));
        commands.addAll(new NamedNetworks(table)
                .remove(without(gone.named().keySet(), come.named().keySet())));
        commands.addAll(connections().remove(gone.connections()));
        commands.addAll(connections().put(come.connections(), part.counted()));
        commands.addAll(connections().drop(without(part.counted(), part.used())));
        commands.addAll(connections().forget(part.freed()));
        Set<Integer> rated = gone.rates().keySet();
        commands.addAll(rates().remove(rated));
        commands.addAll(rates().put(come.rates()));
        commands.addAll(rates().drop(without(rated, come.rates().keySet())));
        if (part.isLastRate()) {
            commands.addAll(rates().unhook());
        }
        return GuardTable.commands(commands);
    }

    private static Set<Integer> without(Set<Integer> some, Set<Integer> others) {
        return some.stream().filter(one -> !others.contains(one)).collect(Collectors.toSet());
    }

    private ConnectionRules connections() {
        return new ConnectionRules(table, around.connections());
    }

    private RateRules rates() {
        return new RateRules(table);
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
