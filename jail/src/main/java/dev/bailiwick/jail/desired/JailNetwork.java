package dev.bailiwick.jail.desired;

import dev.bailiwick.jail.firewall.Firewall;

/**
 * What a host needs to know about the network of a jail, apart from its addresses. It changes without a restart.
 *
 * @param mail whether the jail reaches TCP port 25 beyond its host
 * @param ofCustomer the rules of its customer, which come before its own
 * @param firewall its own rules
 */
public record JailNetwork(OutgoingMail mail, Firewall ofCustomer, Firewall firewall) {

    /** What its pools say, without rules. */
    public static final JailNetwork PLAIN = new JailNetwork(OutgoingMail.BY_POOL, Firewall.OPEN);

    /** The network of a jail whose customer has no rules. */
    public JailNetwork(OutgoingMail mail, Firewall firewall) {
        this(mail, Firewall.OPEN, firewall);
    }

    /** Returns all rules that apply to the jail, in their order. */
    public Firewall rules() {
        return ofCustomer.then(firewall);
    }
}
