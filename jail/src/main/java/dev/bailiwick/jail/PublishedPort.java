package dev.bailiwick.jail;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Locale;

/**
 * A port of a host that leads to a port of one of its jails.
 *
 * @param address of the host
 * @param port of the host, 1 to 65,535
 * @param jailAddress of the same family as the host's address
 * @param jailPort 1 to 65,535
 */
public record PublishedPort(Protocol protocol, IpAddress address, int port, IpAddress jailAddress, int jailPort) {

    public static final int MAX_PORT = 65_535;

    /** What arrives at the port. */
    public enum Protocol {
        TCP,
        UDP;

        /** @throws InvalidValue if there is no such protocol */
        public static Protocol parse(String text) {
            for (Protocol protocol : values()) {
                if (protocol.toString().equals(text)) {
                    return protocol;
                }
            }
            throw new InvalidValue("must be tcp or udp");
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @throws InvalidValue if a port is none, or the addresses are of different families */
    public PublishedPort {
        requirePort(port);
        requirePort(jailPort);
        if (address.isV4() != jailAddress.isV4()) {
            throw new InvalidValue("must lead to an address of the same family");
        }
    }

    /** @throws InvalidValue if there is no such port */
    public static int requirePort(int port) {
        if (port < 1 || port > MAX_PORT) {
            throw new InvalidValue("must be 1 to 65535");
        }
        return port;
    }
}
