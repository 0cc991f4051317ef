package dev.bailiwick.jail;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of one jail. The order within a list has no meaning.
 *
 * @param primary one IPv4, one IPv6, or one of each: the addresses from which the jail sends unless a program chooses another one
 * @param additional at most {@value #MAX_ADDITIONAL} of each family of which there is a primary one
 */
public record IpAddresses(List<IpAddress> primary, List<IpAddress> additional) {

    /** The maximum number of additional addresses of a family. */
    public static final int MAX_ADDITIONAL = 16;

    /** The maximum number of addresses of a jail. */
    public static final int MAX = 2 * (1 + MAX_ADDITIONAL);

    /** @throws InvalidValue if there are too many, or one twice, or additional ones of a family without a primary one */
    public IpAddresses {
        primary = List.copyOf(primary);
        additional = List.copyOf(additional);
        if (primary.isEmpty()) {
            throw new InvalidValue("must contain at least one address");
        }
        if (ofFamily(primary, true).size() > 1 || ofFamily(primary, false).size() > 1) {
            throw new InvalidValue("must contain at most one IPv4 and one IPv6 address");
        }
        requireFew(primary, additional, true);
        requireFew(primary, additional, false);
        Set<IpAddress> seen = new HashSet<>(primary);
        for (IpAddress address : additional) {
            if (!seen.add(address)) {
                throw new InvalidValue("must not contain " + address + " twice, or beside the same one in ip");
            }
        }
    }

    /** Creates addresses without additional ones. */
    public IpAddresses(List<IpAddress> primary) {
        this(primary, List.of());
    }

    public static IpAddresses of(String... primary) {
        return new IpAddresses(Stream.of(primary).map(IpAddress::parse).toList());
    }

    /** Returns the same primary addresses with these additional ones. */
    public IpAddresses with(List<IpAddress> others) {
        return new IpAddresses(primary, others);
    }

    private static void requireFew(List<IpAddress> primary, List<IpAddress> additional, boolean v4) {
        int number = ofFamily(additional, v4).size();
        String family = v4 ? "IPv4" : "IPv6";
        if (number > MAX_ADDITIONAL) {
            throw new InvalidValue("must contain at most " + MAX_ADDITIONAL + " " + family + " addresses");
        }
        if (number > 0 && ofFamily(primary, v4).isEmpty()) {
            throw new InvalidValue("must not contain " + family + " addresses, unless the jail has one in ip");
        }
    }

    private static List<IpAddress> ofFamily(List<IpAddress> addresses, boolean v4) {
        return addresses.stream().filter(address -> address.isV4() == v4).toList();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IpAddresses(List<IpAddress> otherPrimary, List<IpAddress> otherAdditional)
                && Set.copyOf(primary).equals(Set.copyOf(otherPrimary))
                && Set.copyOf(additional).equals(Set.copyOf(otherAdditional));
    }

    @Override
    public int hashCode() {
        return 31 * Set.copyOf(primary).hashCode() + Set.copyOf(additional).hashCode();
    }

    /** Returns all addresses, the primary ones first. */
    public List<IpAddress> all() {
        return Stream.concat(primary.stream(), additional.stream()).toList();
    }

    /** Returns all addresses of IPv4, the primary one first. */
    public List<IpAddress> allV4() {
        return ofFamily(all(), true);
    }

    /** Returns all addresses of IPv6, the primary one first. */
    public List<IpAddress> allV6() {
        return ofFamily(all(), false);
    }

    /** Returns the primary address of IPv4. */
    public Optional<IpAddress> v4() {
        return primary.stream().filter(IpAddress::isV4).findFirst();
    }

    /** Returns the primary address of IPv6. */
    public Optional<IpAddress> v6() {
        return primary.stream().filter(address -> !address.isV4()).findFirst();
    }
}
