package dev.bailiwick.jail;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Optional;

/** Which address the server is to choose for a jail. */
public sealed interface AddressChoice {

    /** Any address of a family, from any pool of the jail's host. */
    enum OfFamily implements AddressChoice {
        IPV4("ipv4"),
        IPV6("ipv6");

        private final String text;

        OfFamily(String text) {
            this.text = text;
        }

        @Override
        public boolean isV4() {
            return this == IPV4;
        }

        @Override
        public boolean admits(AddressRange pool) {
            return pool.network().isV4() == isV4();
        }

        @Override
        public boolean admits(IpAddress address) {
            return address.isV4() == isV4();
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** Any address of the pool with this range. */
    record OfPool(AddressRange range) implements AddressChoice {

        @Override
        public boolean isV4() {
            return range.network().isV4();
        }

        @Override
        public boolean admits(AddressRange pool) {
            return pool.equals(range);
        }

        @Override
        public boolean admits(IpAddress address) {
            return range.contains(address);
        }

        @Override
        public String toString() {
            return range.toString();
        }
    }

    /** Returns whether the address is to be of IPv4. */
    boolean isV4();

    /** Returns whether it may be chosen from the pool with this range. */
    boolean admits(AddressRange pool);

    /** Returns whether this address is what was asked for. */
    boolean admits(IpAddress address);

    /**
     * Reads {@code ipv4}, {@code ipv6}, or the range of a pool, such as {@code 198.51.100.0/24}.
     *
     * @return empty if {@code text} is none of these, and may be an address
     * @throws InvalidValue if it is a range that no pool can have
     */
    static Optional<AddressChoice> parse(String text) {
        for (OfFamily family : OfFamily.values()) {
            if (family.text.equals(text)) {
                return Optional.of(family);
            }
        }
        return text.indexOf('/') < 0 ? Optional.empty() : Optional.of(new OfPool(AddressRange.parse(text)));
    }
}
