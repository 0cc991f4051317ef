package dev.bailiwick.jail;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.stream.Collectors;

/** A unicast address that a jail can own. It is read from its literal; no name is looked up. */
public record IpAddress(InetAddress value) {

    public IpAddress {
        if (value.isAnyLocalAddress()
                || value.isLoopbackAddress()
                || value.isMulticastAddress()
                || value.isLinkLocalAddress()) {
            throw new InvalidValue("must be a unicast address that is neither loopback nor link-local");
        }
        if (value instanceof Inet4Address && ((value.getAddress()[0] & 0xff) >= 240 || value.getAddress()[0] == 0)) {
            throw new InvalidValue("is in a reserved range");
        }
    }

    /**
     * Reads four decimal numbers of IPv4, or any form of IPv6.
     *
     * @throws InvalidValue if {@code text} is neither, or an address that no jail can own
     */
    public static IpAddress parse(String text) {
        if (text.indexOf('%') >= 0 || text.indexOf('/') >= 0 || text.indexOf('[') >= 0) {
            throw new InvalidValue("must be a plain IPv4 or IPv6 address, without prefix, zone or brackets");
        }
        try {
            // InetAddress.ofLiteral tries IPv4 first, so each IPv6 address would cost an exception.
            InetAddress literal = text.indexOf(':') < 0 ? Inet4Address.ofLiteral(text) : Inet6Address.ofLiteral(text);
            IpAddress address = new IpAddress(literal);
            // Java reads 198.18 as 198.0.0.18, and 198.018.0.5 as decimal, which others read as octal (inet_aton(3)).
            if (text.indexOf(':') < 0 && !address.toString().equals(text)) {
                throw new InvalidValue("must be four numbers without leading zeros, if it is an IPv4 address");
            }
            return address;
        } catch (InvalidValue e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new InvalidValue("is not an IPv4 or IPv6 address: " + PlainText.quote(text));
        }
    }

    public boolean isV4() {
        return value instanceof Inet4Address;
    }

    /** Returns 4 or 16 bytes in network order. */
    public byte[] bytes() {
        return value.getAddress();
    }

    /** Returns the canonical text of this address; for IPv6 that of RFC 5952. */
    @Override
    public String toString() {
        return text(value);
    }

    /** Returns the canonical text of any address, also of one that no jail can own, without its zone. */
    public static String text(InetAddress address) {
        return address instanceof Inet4Address ? address.getHostAddress() : canonicalV6(address.getAddress());
    }

    private static String canonicalV6(byte[] bytes) {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (bytes[2 * i] & 0xff) << 8 | bytes[2 * i + 1] & 0xff;
        }
        int gapStart = -1;
        int gapLength = 1;
        for (int i = 0; i < 8; i++) {
            int zeros = 0;
            while (i + zeros < 8 && groups[i + zeros] == 0) {
                zeros++;
            }
            if (zeros > gapLength) {
                gapStart = i;
                gapLength = zeros;
            }
        }
        if (gapStart < 0) {
            return hex(groups, 0, 8);
        }
        return hex(groups, 0, gapStart) + "::" + hex(groups, gapStart + gapLength, 8);
    }

    private static String hex(int[] groups, int from, int to) {
        return Arrays.stream(groups, from, to).mapToObj(Integer::toHexString).collect(Collectors.joining(":"));
    }
}
