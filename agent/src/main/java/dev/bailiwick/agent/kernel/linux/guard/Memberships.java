package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.SharedNetwork;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The networks of the jails of this host, found by jail. Not thread-safe. */
final class Memberships {

    private final Map<JailId, List<SharedNetwork>> networks = new HashMap<>();

    /** Replaces all networks. */
    void replace(List<SharedNetwork> next) {
        networks.clear();
        next.stream()
                .sorted(Comparator.comparing(SharedNetwork::id))
                .forEach(network -> network.jails()
                        .forEach(jail -> networks.computeIfAbsent(jail, _ -> new ArrayList<>())
                                .add(network)));
    }

    /** Returns the networks of a jail: only those of its owner, at most {@link SharedNetwork#MAX_OF_JAIL}, by id. */
    List<SharedNetwork> of(JailId jail, String owner) {
        return networks.getOrDefault(jail, List.of()).stream()
                .filter(network -> network.owner().equals(owner))
                .limit(SharedNetwork.MAX_OF_JAIL)
                .toList();
    }
}
