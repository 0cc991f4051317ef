package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.desired.JailNetwork;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.RuleCount;
import java.util.List;

/** The networks of jails: which jails can reach each other, and which addresses jails can have. */
public interface JailNetworks {

    /**
     * Sets the owner of a jail, before its first start and whenever an agent learns of the jail again. Jails of one owner that are in no
     * network can reach each other; jails of different owners cannot. A kernel that does not isolate owners ignores this call.
     *
     * @param owner empty if the jail has no owner
     * @param network what else holds for its network; a kernel that cannot enforce it ignores it
     */
    default void own(JailId jail, String owner, JailNetwork network) {}

    /** Sets the owner of a jail that has no rules, and reaches what its pools say. */
    default void own(JailId jail, String owner) {
        own(jail, owner, JailNetwork.PLAIN);
    }

    /**
     * Sets the limits of a jail that hold beside its processes, as {@link #own} sets its owner: how many of its connections the kernel tracks at
     * a time, what it may send where the kernel cannot let that wait, and what is kept of its log. Others are left out.
     */
    default void limit(JailId jail, Limits limits) {}

    /**
     * Returns how much each rule of a jail has matched since it was loaded.
     *
     * @return in the order of the rules; empty if the kernel has other rules for the jail, or counts none
     */
    default List<RuleCount> counts(JailId jail, Firewall rules) {
        return List.of();
    }

    /** Sets the addresses that jails can have, so that packets to unused ones are dropped. Never blocks. */
    default void pools(AddressPools pools) {}

    /** Sets all networks of which jails of this host are members. A jail in networks reaches only their members. Never blocks. */
    default void networks(List<SharedNetwork> networks) {}
}
