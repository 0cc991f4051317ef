package dev.bailiwick.agent.kernel.linux.guard;

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
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the kernel's table has about single links of jails, or a part of it.
 *
 * @param customers from a link to its customer's number
 * @param mailers the links whose jails reach TCP port 25 beyond the host, if their pools allow it
 * @param firewalls from a link to the rules of its jail; only jails that have some
 */
record LinkElements(Map<Integer, Integer> customers, Set<Integer> mailers, Map<Integer, LinkFirewall> firewalls) {

    static final LinkElements NONE = new LinkElements(Map.of(), Set.of(), Map.of());

    /**
     * The rules of the jail behind a link.
     *
     * @param peers the links of the jails that the rules name, of those that have one
     */
    record LinkFirewall(Firewall rules, Map<JailId, Integer> peers) {

        /** Lets no connection pass. */
        static final LinkFirewall CLOSED = new LinkFirewall(
                new Firewall(
                        Stream.of(Direction.values()).map(LinkFirewall::close).toList()),
                Map.of());

        private static FirewallRule close(Direction direction) {
            return new FirewallRule(direction, FirewallAction.DROP, Protocol.ANY, Ports.ALL, new Peer.Any(), "");
        }

        LinkFirewall {
            peers = Map.copyOf(peers);
        }
    }

    LinkElements {
        customers = Map.copyOf(customers);
        mailers = Set.copyOf(mailers);
        firewalls = Map.copyOf(firewalls);
    }

    boolean isEmpty() {
        return customers.isEmpty() && mailers.isEmpty() && firewalls.isEmpty();
    }

    /** Returns those of these that others do not have; a link with another customer or other rules counts as another element. */
    LinkElements without(LinkElements others) {
        Set<Integer> leftMailers = new HashSet<>(mailers);
        leftMailers.removeAll(others.mailers);
        return new LinkElements(
                without(customers, others.customers), leftMailers, without(firewalls, others.firewalls));
    }

    private static <T> Map<Integer, T> without(Map<Integer, T> some, Map<Integer, T> others) {
        Map<Integer, T> left = new HashMap<>(some);
        left.entrySet().removeAll(others.entrySet());
        return left;
    }

    /** Returns these and others. A link that both have keeps what these say of it. */
    LinkElements with(LinkElements others) {
        Set<Integer> allMailers = new HashSet<>(mailers);
        allMailers.addAll(others.mailers);
        return new LinkElements(with(customers, others.customers), allMailers, with(firewalls, others.firewalls));
    }

    private static <T> Map<Integer, T> with(Map<Integer, T> some, Map<Integer, T> others) {
        Map<Integer, T> all = new HashMap<>(others);
        all.putAll(some);
        return all;
    }
}
