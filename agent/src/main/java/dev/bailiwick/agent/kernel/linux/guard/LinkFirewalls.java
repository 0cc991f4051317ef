package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.linux.guard.LinkElements.LinkFirewall;
import dev.bailiwick.agent.kernel.linux.guard.LinkElements.NamedMembers;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.Peer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/** The rules of jails, and whom they name. Guarded by the lock of {@link JailLinks}. */
final class LinkFirewalls {

    private final Memberships memberships;
    /** The jails that have rules, so that a start costs nothing where none has. */
    private final Map<JailId, Owned> owned = new HashMap<>();
    /** The links for which an earlier agent left rules. */
    private final Set<Integer> inherited = new HashSet<>();

    private final Map<NamedNetwork, Integer> numbers = new HashMap<>();

    private record Owned(String owner, Firewall rules) {}

    /** A network that rules of jails of this owner name. If it is not one of this owner, it has no members for them. */
    private record NamedNetwork(UUID network, String owner) {}

    /**
     * The rules that links need.
     *
     * @param named the members of the networks that the rules name, by the number of each
     */
    record Rules(Map<Integer, LinkFirewall> firewalls, Map<Integer, NamedMembers> named) {}

    LinkFirewalls(Memberships memberships) {
        this.memberships = memberships;
    }

    void set(JailId jail, String owner, Firewall rules) {
        if (rules.rules().isEmpty()) {
            owned.remove(jail);
        } else {
            owned.put(jail, new Owned(owner, rules));
        }
    }

    void forget(JailId jail) {
        owned.remove(jail);
    }

    /** Sets the links for which the table has rules that an earlier agent left. */
    void inherit(Set<Integer> links) {
        inherited.clear();
        inherited.addAll(links);
    }

    /** Notes that the jail behind this link is gone. */
    void free(int link) {
        inherited.remove(link);
    }

    /**
     * Returns what links need, with closed ones for inherited links whose jail is unknown.
     *
     * @param ownerOf answers empty while nothing was said of the jail
     */
    Rules of(Map<Integer, JailId> jails, Map<JailId, Integer> links, Function<JailId, Optional<String>> ownerOf) {
        Map<Integer, LinkFirewall> firewalls = new HashMap<>();
        inherited.forEach(link -> {
            JailId jail = jails.get(link);
            if (jail == null || ownerOf.apply(jail).isEmpty()) {
                firewalls.put(link, LinkFirewall.CLOSED);
            }
        });
        Map<Integer, NamedMembers> named = new HashMap<>();
        owned.forEach((jail, own) -> {
            Integer link = links.get(jail);
            if (link != null) {
                Map<UUID, Integer> networks = new HashMap<>();
                own.rules.rules().forEach(rule -> {
                    if (rule.peer() instanceof Peer.Members(UUID network)) {
                        NamedNetwork one = new NamedNetwork(network, own.owner);
                        int number = numbers.computeIfAbsent(one, _ -> numbers.size() + 1);
                        networks.put(network, number);
                        named.computeIfAbsent(number, _ -> members(one, links, ownerOf));
                    }
                });
                firewalls.put(link, new LinkFirewall(own.rules, peersOf(own.rules, links), networks));
            }
        });
        return new Rules(firewalls, named);
    }

    private NamedMembers members(
            NamedNetwork named, Map<JailId, Integer> links, Function<JailId, Optional<String>> ownerOf) {
        return memberships
                .find(named.network.toString(), named.owner)
                .map(network -> {
                    Set<Integer> here = new HashSet<>();
                    network.jails().forEach(jail -> {
                        Integer link = links.get(jail);
                        if (link != null
                                && ownerOf.apply(jail)
                                        .filter(named.owner::equals)
                                        .isPresent()) {
                            here.add(link);
                        }
                    });
                    return new NamedMembers(here, network.addresses());
                })
                .orElse(NamedMembers.NONE);
    }

    private static Map<JailId, Integer> peersOf(Firewall rules, Map<JailId, Integer> links) {
        Map<JailId, Integer> peers = new HashMap<>();
        rules.rules().forEach(rule -> {
            if (rule.peer() instanceof Peer.OfJail(JailId peer)) {
                Integer link = links.get(peer);
                if (link != null) {
                    peers.put(peer, link);
                }
            }
        });
        return peers;
    }
}
