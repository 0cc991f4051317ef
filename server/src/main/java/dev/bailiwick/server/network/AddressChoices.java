package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressChoice;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Which addresses of a definition the server chooses when it stores the definition. Until then, the definition has stand-ins for them, so
 * that everything else can be checked first. No host has a stand-in: RFC 6890 and RFC 6666 reserve
 * 192.0.0.0/24 and 100::/64.
 *
 * @param additional what is to be chosen for each stand-in among the additional addresses
 */
public record AddressChoices(Primary primary, Map<IpAddress, AddressChoice> additional) {

    /** Nothing is to be chosen. */
    public static final AddressChoices NONE = new AddressChoices(Primary.NAMED, Map.of());

    /** Where the primary addresses come from. */
    public enum Primary {
        /** The definition has them. */
        NAMED,
        /** The server takes the next free ones, one of each family for which the host has a pool. */
        CHOSEN
    }

    /** The stand-ins for primary addresses: of IPv4, and of IPv6. */
    public static final List<String> PRIMARY_STAND_INS = List.of("192.0.0.1", "100::1");

    public AddressChoices {
        additional = Map.copyOf(additional);
    }

    /**
     * Returns the stand-in for the additional address at this position of a list.
     *
     * @param at from 0
     */
    public static String standIn(AddressChoice choice, int at) {
        return choice.isV4()
                ? "192.0.0." + (2 + at % (2 * IpAddresses.MAX))
                : "100::" + Integer.toHexString(2 + at % (2 * IpAddresses.MAX));
    }

    /** Returns whether anything is to be chosen. */
    public boolean any() {
        return primary == Primary.CHOSEN || !additional.isEmpty();
    }

    /** Returns the addresses that the definition names itself. */
    Stream<IpAddress> named(IpAddresses addresses) {
        return Stream.concat(
                primary == Primary.NAMED ? addresses.primary().stream() : Stream.of(),
                addresses.additional().stream().filter(address -> !additional.containsKey(address)));
    }
}
