package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.JailId;

/** Who may reach whom, and which addresses there are. */
public interface JailNetworks {

    /**
     * Says whose a jail is, before its first start and whenever an agent learns of it again. Jails of one owner may reach each other,
     * all others are kept apart. A kernel that keeps nobody apart need not know.
     *
     * @param owner empty for nobody's
     */
    default void own(JailId jail, String owner) {}

    /** Says which addresses jails can have, so that those that no jail has lead nowhere. Never blocks. */
    default void pools(AddressPools pools) {}
}
