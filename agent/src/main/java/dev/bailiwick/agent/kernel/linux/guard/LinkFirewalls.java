package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.linux.guard.LinkElements.LinkFirewall;
import dev.bailiwick.agent.kernel.linux.guard.LinkElements.NamedMembers;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.Peer;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rules of jails, and whom they name. Guarded by the lock of {@link JailLinks}. */
final class LinkFirewalls {

    private final Memberships memberships;
    /** The jails that have rules, so that a start costs nothing where none has. */
    private final Map<JailId, Owned> owned = new HashMap<>();
    /** The links for which an earlier agent left rules. */
    private final Set<Integer> inherited = new HashSet<>();

    private final Map<NamedNetwork, Integer> numbers = new HashMap<>();
    private int lastNumber;
    /** The same rules once: those of a customer are the rules of many jails. */
    private final Map<Firewall, WeakReference<Firewall>> interned = new WeakHashMap<>();

    private record Owned(String owner, Firewall rules) {}

    /** A network that rules of jails of this owner name. If it is not one of this owner, it has no members for them. */
    private record NamedNetwork(UUID network, String owner) {}

    /**
     * The rules that links need.
     *
     * @param named the members of the networks that the rules name, by the number of each
     */
    record Rules(Map<Integer, LinkFirewall> firewalls, Map<Integer, NamedMembers> named) {

        /** Returns what of this is about one link. */
        AboutLink about(int link) {
            Map<Integer, Set<JailId>> namedBy = new HashMap<>();
            firewalls.forEach((other, firewall) -> firewall.peers().forEach((jail, peer) -> {
                if (peer == link) {
                    namedBy.computeIfAbsent(other, _ -> new HashSet<>()).add(jail);
                }
            }));
            Set<Integer> memberOf = new HashSet<>();
            named.forEach((number, members) -> {
                if (members.links().contains(link)) {
                    memberOf.add(number);
                }
            });
            return new AboutLink(Optional.ofNullable(firewalls.get(link)), namedBy, memberOf);
        }
    }

    /**
     * What rules say about one link.
     *
     * @param own those of its jail
     * @param namedBy the links whose rules name it, as the link of these jails
     * @param memberOf the numbers of the named networks that it is in
     */
    record AboutLink(Optional<LinkFirewall> own, Map<Integer, Set<JailId>> namedBy, Set<Integer> memberOf) {}

    LinkFirewalls(Memberships memberships) {
        this.memberships = memberships;
    }

    void set(JailId jail, String owner, Firewall rules) {
        if (rules.rules().isEmpty()) {
            owned.remove(jail);
        } else {
            owned.put(jail, new Owned(owner, intern(rules)));
        }
    }

    private Firewall intern(Firewall rules) {
        WeakReference<Firewall> known = interned.get(rules);
        Firewall same = known == null ? null : known.get();
        if (same == null) {
            interned.put(rules, new WeakReference<>(rules));
            return rules;
        }
        return same;
    }

    /** Returns the networks that the rules name. */
    Set<String> named() {
        return owned.values().stream()
                .flatMap(own -> own.rules.rules().stream())
                .flatMap(rule ->
                        rule.peer() instanceof Peer.Members(UUID network) ? Stream.of(network.toString()) : Stream.of())
                .collect(Collectors.toSet());
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
     * Returns what links need, with closed ones for inherited links whose jail is unknown. A network of which nothing was said has no number.
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
        Set<NamedNetwork> used = new HashSet<>();
        owned.forEach((jail, own) -> {
            Integer link = links.get(jail);
            if (link != null) {
                Map<UUID, Integer> networks = new HashMap<>();
                own.rules.rules().forEach(rule -> {
                    if (rule.peer() instanceof Peer.Members(UUID network)) {
                        NamedNetwork one = new NamedNetwork(network, own.owner);
                        memberships.find(network.toString()).ifPresent(told -> {
                            int number = numbers.computeIfAbsent(one, _ -> ++lastNumber);
                            used.add(one);
                            networks.put(network, number);
                            named.computeIfAbsent(number, _ -> members(told, own.owner, links, ownerOf));
                        });
                    }
                });
                firewalls.put(link, new LinkFirewall(own.rules, peersOf(own.rules, links), networks));
            }
        });
        // The table may still have the number of another until it changes, so none is given twice.
        numbers.keySet().retainAll(used);
        return new Rules(firewalls, named);
    }

    private static NamedMembers members(
            SharedNetwork network,
            String owner,
            Map<JailId, Integer> links,
            Function<JailId, Optional<String>> ownerOf) {
        if (!network.owner().equals(owner)) {
            return NamedMembers.NONE;
        }
        Set<Integer> here = new HashSet<>();
        network.jails().forEach(jail -> {
            Integer link = links.get(jail);
            if (link != null && ownerOf.apply(jail).filter(owner::equals).isPresent()) {
                here.add(link);
            }
        });
        return new NamedMembers(here, network.addresses());
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
