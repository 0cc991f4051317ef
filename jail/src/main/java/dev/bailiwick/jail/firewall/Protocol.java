package dev.bailiwick.jail.firewall;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Locale;

/** What a connection is made of. */
public enum Protocol {
    ANY,
    TCP,
    UDP,
    /** ICMP by IPv4, and ICMPv6. */
    ICMP;

    /** @throws InvalidValue if there is no such protocol */
    public static Protocol parse(String text) {
        for (Protocol protocol : values()) {
            if (protocol.toString().equals(text)) {
                return protocol;
            }
        }
        throw new InvalidValue("must be any, tcp, udp or icmp");
    }

    public boolean hasPorts() {
        return this == TCP || this == UDP;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
