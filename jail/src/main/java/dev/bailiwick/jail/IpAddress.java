package dev.bailiwick.jail;

import java.net.Inet4Address;
import java.net.InetAddress;

/** One unicast address that a jail can own; read from its literal, never looked up. */
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

    /** @throws InvalidValue if {@code text} is not an IPv4 or IPv6 literal, or an address no jail can own */
    public static IpAddress parse(String text) {
        if (text.indexOf('%') >= 0 || text.indexOf('/') >= 0) {
            throw new InvalidValue("must be a plain IPv4 or IPv6 address, without prefix or zone");
        }
        try {
            return new IpAddress(InetAddress.ofLiteral(text));
        } catch (InvalidValue e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new InvalidValue("is not an IPv4 or IPv6 address");
        }
    }

    public boolean isV4() {
        return value instanceof Inet4Address;
    }

    /** 4 or 16 bytes, network order. */
    public byte[] bytes() {
        return value.getAddress();
    }

    @Override
    public String toString() {
        return value.getHostAddress();
    }
}
