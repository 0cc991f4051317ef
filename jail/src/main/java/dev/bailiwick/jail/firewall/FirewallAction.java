package dev.bailiwick.jail.firewall;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Locale;

/** What happens to a connection that a rule matches. */
public enum FirewallAction {
    /** No later rule is asked. */
    ALLOW,
    /** Its packets are dropped, without an answer. */
    DROP,
    /** Its packets are dropped, and the sender is notified: by a TCP reset, or by "administratively prohibited". */
    REJECT;

    /** @throws InvalidValue if there is no such action */
    public static FirewallAction parse(String text) {
        for (FirewallAction action : values()) {
            if (action.toString().equals(text)) {
                return action;
            }
        }
        throw new InvalidValue("must be allow, drop or reject");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
