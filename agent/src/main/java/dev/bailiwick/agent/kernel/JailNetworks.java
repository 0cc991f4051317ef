package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.OutgoingMail;

/** The networks of jails: which jails can reach each other, and which addresses jails can have. */
public interface JailNetworks {

    /**
     * Sets the owner of a jail, before its first start and whenever an agent learns of the jail again. Jails of one owner can reach each
     * other; jails of different owners cannot. A kernel that does not isolate owners ignores this call.
     *
     * @param owner empty if the jail has no owner
     * @param mail whether the jail can reach TCP port 25 beyond its host
     */
    default void own(JailId jail, String owner, OutgoingMail mail) {}

    /** Sets the owner of a jail whose pool says whether it reaches TCP port 25. */
    default void own(JailId jail, String owner) {
        own(jail, owner, OutgoingMail.BY_POOL);
    }

    /** Sets the addresses that jails can have, so that packets to unused ones are dropped. Never blocks. */
    default void pools(AddressPools pools) {}
}
