package dev.bailiwick.jail;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Locale;

/**
 * What the jails with addresses of a pool reach beyond their host.
 *
 * @param outgoingMail whether they reach port 25 (SMTP) there by TCP; without effect if the way is closed
 */
public record Egress(Way way, boolean outgoingMail) {

    /** Nothing. New pools begin with it. */
    public static final Egress CLOSED = new Egress(Way.CLOSED, false);

    /** Everything, from their own addresses: what pools meant before they had an egress. */
    public static final Egress OPEN = new Egress(Way.ROUTED, true);

    /** Returns whether jails reach port 25 (SMTP) beyond their host by TCP. */
    public boolean sendsMail() {
        return outgoingMail && way != Way.CLOSED;
    }

    /** How packets get beyond the host. */
    public enum Way {
        /** From the jail's own address, to which the networks beyond the host have a route. They reach the jail, too. */
        ROUTED,
        /** From an address of the host. Only replies come back. */
        MASQUERADE,
        /** Not at all. */
        CLOSED;

        /** @throws InvalidValue if there is no such way */
        public static Way parse(String text) {
            for (Way way : values()) {
                if (way.toString().equals(text)) {
                    return way;
                }
            }
            throw new InvalidValue("must be routed, masquerade or closed");
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
