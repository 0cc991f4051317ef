package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.jail.Egress.Way;
import java.util.ArrayList;
import java.util.List;

/** The chains that change addresses. Each is there only if it is needed, because it costs every new connection of the host. */
record NatChains(GuardTable table, AddressPools pools) {

    /** In which packets of jails get an address of the host. */
    static final String MASQUERADE = "masquerade";

    /** In which packets to published ports get the address of the jail. */
    static final String PUBLISHED = "published";

    private static final int BEFORE_ROUTING = -100;
    private static final int AFTER_ROUTING = 100;

    static boolean masquerades(AddressPools pools) {
        return pools.here().stream().anyMatch(range -> pools.egress(range).way() == Way.MASQUERADE);
    }

    static boolean leadsPorts(AddressPools pools) {
        return !pools.ports().isEmpty();
    }

    /** Adds those that are needed, to a table without any. */
    List<String> add() {
        List<String> commands = new ArrayList<>();
        if (masquerades(pools)) {
            commands.add(masquerade());
        }
        if (leadsPorts(pools)) {
            commands.add(published());
        }
        return commands;
    }

    /** Adds and empties those that are needed, and removes the others: an earlier agent may have had them. */
    List<String> adopt() {
        List<String> commands = new ArrayList<>(List.of(
                masquerade(), published(), table.ofChain("flush", MASQUERADE), table.ofChain("flush", PUBLISHED)));
        if (!masquerades(pools)) {
            commands.add(table.ofChain("delete", MASQUERADE));
        }
        if (!leadsPorts(pools)) {
            commands.add(table.ofChain("delete", PUBLISHED));
        }
        return commands;
    }

    private String masquerade() {
        return chain(MASQUERADE, "postrouting", AFTER_ROUTING);
    }

    private String published() {
        return chain(PUBLISHED, "prerouting", BEFORE_ROUTING);
    }

    private String chain(String name, String hook, int priority) {
        return "{\"add\":{\"chain\":{%s,\"name\":\"%s\",\"type\":\"nat\",\"hook\":\"%s\",\"prio\":%d,\"policy\":\"accept\"}}}"
                .formatted(table.in(), name, hook, priority);
    }
}
