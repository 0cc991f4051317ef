package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.firewall.Direction;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallAction;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.firewall.Peer;
import dev.bailiwick.jail.firewall.Ports;
import dev.bailiwick.jail.firewall.Protocol;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What the kernel's table has about single links of jails, and about the jails of other hosts that these reach, or a part of it.
 *
 * @param customers from the link of a jail in no network to its customer's number
 * @param networks from the link of another jail to the numbers of its networks
 * @param mailers the links whose jails reach TCP port 25 beyond the host, if their pools allow it
 * @param remotes from the addresses of jails on other hosts to the numbers of their networks
 * @param firewalls from a link to the rules of its jail; only jails that have some
 * @param named the members of networks that rules name, by the number of each
 * @param connections from a link to the limit of its jail; only jails that have one
 * @param rates from a link to the bits that its jail may send a second, if a rule bounds them; only jails that have a limit
 */
record LinkElements(
        Map<Integer, Integer> customers,
        Map<Integer, List<Integer>> networks,
        Set<Integer> mailers,
        Map<IpAddress, Set<Integer>> remotes,
        Map<Integer, LinkFirewall> firewalls,
        Map<Integer, NamedMembers> named,
        Map<Integer, Integer> connections,
        Map<Integer, Long> rates) {

    static final LinkElements NONE = new LinkElements(Map.of(), Map.of(), Set.of(), Map.of(), Map.of());

    /** Elements of links without limits. */
    LinkElements(
            Map<Integer, Integer> customers,
            Map<Integer, List<Integer>> networks,
            Set<Integer> mailers,
            Map<IpAddress, Set<Integer>> remotes,
            Map<Integer, LinkFirewall> firewalls) {
        this(customers, networks, mailers, remotes, firewalls, Map.of(), Map.of(), Map.of());
    }

    /**
     * The rules of the jail behind a link.
     *
     * @param peers the links of the jails that the rules name, of those that have one
     * @param networks the numbers of the networks that the rules name, of those of which something was said
     */
    record LinkFirewall(Firewall rules, Map<JailId, Integer> peers, Map<UUID, Integer> networks) {

        /** Lets no connection pass. */
        static final LinkFirewall CLOSED = new LinkFirewall(
                new Firewall(
                        Stream.of(Direction.values()).map(LinkFirewall::close).toList()),
                Map.of(),
                Map.of());

        private static FirewallRule close(Direction direction) {
            return new FirewallRule(direction, FirewallAction.DROP, Protocol.ANY, Ports.ALL, new Peer.Any(), "");
        }

        LinkFirewall {
            peers = Map.copyOf(peers);
            networks = Map.copyOf(networks);
        }
    }

    /**
     * The members of a network that rules name.
     *
     * @param links those of the members here that have one
     * @param addresses of the members on other hosts
     */
    record NamedMembers(Set<Integer> links, Set<IpAddress> addresses) {

        static final NamedMembers NONE = new NamedMembers(Set.of(), Set.of());

        NamedMembers {
            links = Set.copyOf(links);
            addresses = Set.copyOf(addresses);
        }
    }

    LinkElements {
        customers = Map.copyOf(customers);
        networks = Map.copyOf(networks);
        mailers = Set.copyOf(mailers);
        remotes = Map.copyOf(remotes);
        firewalls = Map.copyOf(firewalls);
        named = Map.copyOf(named);
        connections = Map.copyOf(connections);
        rates = Map.copyOf(rates);
    }

    boolean isEmpty() {
        return equals(NONE);
    }

    /** Returns the same elements with these rules. */
    LinkElements with(Map<Integer, LinkFirewall> rules) {
        return new LinkElements(customers, networks, mailers, remotes, rules, named, connections, rates);
    }

    /** Returns those of these that others do not have; a link or an address with other numbers or rules counts as another element. */
    LinkElements without(LinkElements others) {
        Set<Integer> leftMailers = new HashSet<>(mailers);
        leftMailers.removeAll(others.mailers);
        return new LinkElements(
                without(customers, others.customers),
                without(networks, others.networks),
                leftMailers,
                without(remotes, others.remotes),
                without(firewalls, others.firewalls),
                without(named, others.named),
                without(connections, others.connections),
                without(rates, others.rates));
    }

    private static <K, V> Map<K, V> without(Map<K, V> some, Map<K, V> others) {
        Map<K, V> left = new HashMap<>(some);
        left.entrySet().removeAll(others.entrySet());
        return left;
    }

    /** Returns these and others. A link or an address that both have keeps what these say of it. */
    LinkElements with(LinkElements others) {
        Set<Integer> allMailers = new HashSet<>(mailers);
        allMailers.addAll(others.mailers);
        return new LinkElements(
                with(customers, others.customers),
                with(networks, others.networks),
                allMailers,
                with(remotes, others.remotes),
                with(firewalls, others.firewalls),
                with(named, others.named),
                with(connections, others.connections),
                with(rates, others.rates));
    }

    private static <K, V> Map<K, V> with(Map<K, V> some, Map<K, V> others) {
        Map<K, V> all = new HashMap<>(others);
        all.putAll(some);
        return all;
    }

    /** Returns the numbers of the jails among which the one behind this link is. */
    Set<Integer> numbersOf(int link) {
        Set<Integer> numbers = new HashSet<>(networks.getOrDefault(link, List.of()));
        Integer customer = customers.get(link);
        if (customer != null) {
            numbers.add(customer);
        }
        return numbers;
    }
}
