package dev.bailiwick.jail.desired;

import dev.bailiwick.jail.firewall.Firewall;

/**
 * What a host needs to know about the network of a jail, apart from its addresses. It changes without a restart.
 *
 * @param mail whether the jail reaches TCP port 25 beyond its host
 */
public record JailNetwork(OutgoingMail mail, Firewall firewall) {

    /** What its pools say, without rules. */
    public static final JailNetwork PLAIN = new JailNetwork(OutgoingMail.BY_POOL, Firewall.OPEN);
}
