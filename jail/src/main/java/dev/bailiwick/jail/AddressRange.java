package dev.bailiwick.jail;

import dev.bailiwick.jail.validation.InvalidValue;
import java.math.BigInteger;
import java.util.regex.Pattern;

/**
 * A block of addresses, for example {@code 198.18.0.0/16}.
 *
 * @param network its first address; no bit after the prefix is set
 * @param prefixLength 8 to 32 for IPv4, 32 to 128 for IPv6
 */
public record AddressRange(IpAddress network, int prefixLength) {

    private static final Pattern LENGTH = Pattern.compile("[1-9][0-9]{0,2}");

    public AddressRange {
        int bits = network.bytes().length * 8;
        int shortest = network.isV4() ? 8 : 32;
        if (prefixLength < shortest || prefixLength > bits) {
            throw new InvalidValue("must have a prefix of " + shortest + " to " + bits + " bits");
        }
        BigInteger behindPrefix = BigInteger.ONE.shiftLeft(bits - prefixLength).subtract(BigInteger.ONE);
        if (new BigInteger(1, network.bytes()).and(behindPrefix).signum() != 0) {
            throw new InvalidValue("has bits set behind its prefix");
        }
    }

    /** @throws InvalidValue if {@code text} is not an address, a slash and a prefix length */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !LENGTH.matcher(text.substring(slash + 1)).matches()) {
            throw new InvalidValue("must be a range like 198.18.0.0/16");
        }
        return new AddressRange(IpAddress.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    public boolean contains(IpAddress address) {
        return address.isV4() == network.isV4()
                && number(address).shiftRight(freeBits()).equals(number(network).shiftRight(freeBits()));
    }

    /**
     * Returns how many addresses a jail can have: all except the first and last of an IPv4 range, or the first of an IPv6 range
     * (RFC 4291, 2.6.1).
     */
    public BigInteger choosable() {
        BigInteger all = BigInteger.ONE.shiftLeft(freeBits());
        return freeBits() < 2 ? all : all.subtract(network.isV4() ? BigInteger.TWO : BigInteger.ONE);
    }

    private int freeBits() {
        return network.bytes().length * 8 - prefixLength;
    }

    private static BigInteger number(IpAddress address) {
        return new BigInteger(1, address.bytes());
    }

    @Override
    public String toString() {
        return network + "/" + prefixLength;
    }
}
