package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.SharedNetwork;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The networks of the jails of this host, and the numbers of these networks and of the customers of jails in none. Guarded by the lock of
 * {@link JailLinks}.
 */
final class Memberships {

    private final Map<String, SharedNetwork> known = new HashMap<>();
    private final Map<JailId, List<SharedNetwork>> networks = new HashMap<>();
    private final Map<String, Integer> customerNumbers = new HashMap<>();
    private final Map<String, Integer> networkNumbers = new HashMap<>();
    private int lastNumber;

    /**
     * Replaces all networks. What was said of a network that rules name stays, for these rules, if the list does not have it: the list does not
     * say that it has no members.
     *
     * @param named the networks that rules name
     */
    void replace(List<SharedNetwork> next, Set<String> named) {
        known.keySet().retainAll(named);
        networks.clear();
        next.stream().sorted(Comparator.comparing(SharedNetwork::id)).forEach(network -> {
            known.put(network.id(), network);
            network.jails()
                    .forEach(jail -> networks.computeIfAbsent(jail, _ -> new ArrayList<>())
                            .add(network));
        });
    }

    /** Returns the network with this id, whosever it is; empty if nothing was said of it. */
    Optional<SharedNetwork> find(String id) {
        return Optional.ofNullable(known.get(id));
    }

    /** Returns the networks of a jail: only those of its owner, at most {@link SharedNetwork#MAX_OF_JAIL}, by id. */
    private List<SharedNetwork> of(JailId jail, String owner) {
        return networks.getOrDefault(jail, List.of()).stream()
                .filter(network -> network.owner().equals(owner))
                .limit(SharedNetwork.MAX_OF_JAIL)
                .toList();
    }

    /** Returns the numbers of the jails among which this one is; none if its owner is unknown. */
    Set<Integer> numbersOf(JailId jail, String owner) {
        List<SharedNetwork> several = of(jail, owner);
        if (several.isEmpty()) {
            return owner.isEmpty() ? Set.of() : Set.of(numberOfCustomer(owner));
        }
        return several.stream().map(network -> numberOf(network.id())).collect(Collectors.toSet());
    }

    /** What the kernel's table has about the networks and customers of links. */
    record Numbers(
            Map<Integer, Integer> customers,
            Map<Integer, List<Integer>> networks,
            Map<IpAddress, Set<Integer>> remotes) {}

    /**
     * Returns the numbers of jails behind links. Only customers with several jails in no network have any, and only networks with several
     * members, here or on other hosts: a single one has no other jail to reach.
     *
     * @param owners of the jails behind links; empty if unknown
     */
    Numbers numbers(Map<JailId, Integer> links, Map<JailId, String> owners) {
        Map<JailId, List<SharedNetwork>> ofJails = new HashMap<>();
        owners.forEach((jail, owner) -> ofJails.put(jail, of(jail, owner)));
        forgetOthers(owners, ofJails);
        Map<IpAddress, Set<Integer>> remotes = remotes(ofJails);
        return new Numbers(customers(links, owners, ofJails), networks(links, ofJails, remotes), remotes);
    }

    private Map<Integer, Integer> customers(
            Map<JailId, Integer> links, Map<JailId, String> owners, Map<JailId, List<SharedNetwork>> ofJails) {
        Map<Integer, Integer> customers = new HashMap<>();
        Map<Integer, Integer> count = new HashMap<>();
        links.forEach((jail, link) -> {
            String owner = owners.getOrDefault(jail, "");
            if (!owner.isEmpty() && ofJails.getOrDefault(jail, List.of()).isEmpty()) {
                int number = numberOfCustomer(owner);
                customers.put(link, number);
                count.merge(number, 1, Integer::sum);
            }
        });
        customers.values().removeIf(number -> count.getOrDefault(number, 0) < 2);
        return customers;
    }

    private Map<Integer, List<Integer>> networks(
            Map<JailId, Integer> links,
            Map<JailId, List<SharedNetwork>> ofJails,
            Map<IpAddress, Set<Integer>> remotes) {
        Map<Integer, Integer> count = new HashMap<>();
        remotes.values().forEach(several -> several.forEach(number -> count.merge(number, 1, Integer::sum)));
        ofJails.values()
                .forEach(several -> several.forEach(network -> count.merge(numberOf(network.id()), 1, Integer::sum)));
        Map<Integer, List<Integer>> elements = new HashMap<>();
        links.forEach((jail, link) -> {
            List<Integer> needed = ofJails.getOrDefault(jail, List.of()).stream()
                    .map(network -> numberOf(network.id()))
                    .filter(number -> count.getOrDefault(number, 0) > 1)
                    .toList();
            if (!needed.isEmpty()) {
                elements.put(link, needed);
            }
        });
        return elements;
    }

    private Map<IpAddress, Set<Integer>> remotes(Map<JailId, List<SharedNetwork>> ofJails) {
        Map<String, SharedNetwork> ofRunning = new HashMap<>();
        ofJails.values().forEach(several -> several.forEach(network -> ofRunning.put(network.id(), network)));
        Map<IpAddress, Set<Integer>> remotes = new HashMap<>();
        ofRunning.forEach((id, network) -> network.addresses()
                .forEach(address ->
                        remotes.computeIfAbsent(address, _ -> new HashSet<>()).add(numberOf(id))));
        return remotes;
    }

    private int numberOfCustomer(String customer) {
        return customerNumbers.computeIfAbsent(customer, _ -> ++lastNumber);
    }

    private int numberOf(String network) {
        return networkNumbers.computeIfAbsent(network, _ -> ++lastNumber);
    }

    /** Forgets the numbers of networks and customers that no link has any more. No number is given twice. */
    private void forgetOthers(Map<JailId, String> owners, Map<JailId, List<SharedNetwork>> ofJails) {
        customerNumbers.keySet().retainAll(new HashSet<>(owners.values()));
        networkNumbers
                .keySet()
                .retainAll(ofJails.values().stream()
                        .flatMap(List::stream)
                        .map(SharedNetwork::id)
                        .collect(Collectors.toSet()));
    }
}
