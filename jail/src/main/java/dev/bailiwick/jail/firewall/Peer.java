package dev.bailiwick.jail.firewall;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.CanonicalUuid;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.UUID;

/** The other end of the connections that a rule matches. */
public sealed interface Peer {

    /** {@code any}: everybody. */
    record Any() implements Peer {

        @Override
        public String toString() {
            return "any";
        }
    }

    /** {@code world}: who is beyond the host, in no private network and no pool. */
    record World() implements Peer {

        @Override
        public String toString() {
            return "world";
        }
    }

    /** Who has one of these addresses: a range, or a single address. */
    record Network(AddressRange range) implements Peer {

        @Override
        public String toString() {
            int bits = range.network().bytes().length * 8;
            return range.prefixLength() == bits ? range.network().toString() : range.toString();
        }
    }

    /** {@code jail:ID}: a jail of the same customer on the same host, whichever address it has. */
    record OfJail(JailId jail) implements Peer {

        @Override
        public String toString() {
            return PREFIX + jail;
        }
    }

    /** {@code network:ID}: the members of a network of the same customer, on all hosts, whichever addresses they have. */
    record Members(UUID network) implements Peer {

        @Override
        public String toString() {
            return NETWORK_PREFIX + network;
        }
    }

    String PREFIX = "jail:";
    String NETWORK_PREFIX = "network:";

    /** @throws InvalidValue if the text is none of these */
    static Peer parse(String text) {
        if (text.equals("any")) {
            return new Any();
        }
        if (text.equals("world")) {
            return new World();
        }
        try {
            if (text.startsWith(PREFIX)) {
                return new OfJail(JailId.parse(text.substring(PREFIX.length())));
            }
            if (text.startsWith(NETWORK_PREFIX)) {
                return new Members(CanonicalUuid.parse(text.substring(NETWORK_PREFIX.length())));
            }
            if (text.contains("/")) {
                return new Network(AddressRange.parse(text));
            }
            IpAddress address = IpAddress.parse(text);
            return new Network(new AddressRange(address, address.bytes().length * 8));
        } catch (InvalidValue e) {
            throw new InvalidValue(
                    "must be any, world, an address, a range like 198.51.100.0/24, or jail: or network: and an id");
        }
    }

    default boolean matches(Flow flow) {
        return switch (this) {
            case Any() -> true;
            case World() -> flow.inWorld();
            case Network(AddressRange range) -> range.contains(flow.peer());
            case OfJail(JailId jail) -> flow.peerJail().filter(jail::equals).isPresent();
            case Members(UUID network) -> flow.peerNetworks().contains(network);
        };
    }
}
