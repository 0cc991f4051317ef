package dev.bailiwick.server.account.token;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.validation.InvalidValue;
import io.swagger.v3.oas.annotations.media.Schema;
import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * A network from which a token is accepted, for example {@code 198.51.100.0/24}. Any address can be in one, also loopback and private
 * ones.
 *
 * @param first its first address; no bit after the prefix is set
 * @param prefixLength 0 to 32 for IPv4, 0 to 128 for IPv6
 */
@Schema(type = "string", example = "198.51.100.0/24")
public record Network(InetAddress first, int prefixLength) {

    private static final Pattern V4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
    private static final Pattern LENGTH = Pattern.compile("0|[1-9][0-9]{0,2}");

    public Network {
        int bits = first.getAddress().length * 8;
        if (prefixLength < 0 || prefixLength > bits) {
            throw new InvalidValue("must have a prefix of 0 to " + bits + " bits");
        }
        BigInteger behindPrefix = BigInteger.ONE.shiftLeft(bits - prefixLength).subtract(BigInteger.ONE);
        if (number(first).and(behindPrefix).signum() != 0) {
            throw new InvalidValue("has bits set behind its prefix");
        }
    }

    /**
     * @param text an address, or an address, a slash and a prefix length
     * @throws InvalidValue if it is neither
     */
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = address(slash < 0 ? text : text.substring(0, slash));
        String length = slash < 0 ? Integer.toString(address.getAddress().length * 8) : text.substring(slash + 1);
        if (!LENGTH.matcher(length).matches()) {
            throw new InvalidValue("must be a network like 198.51.100.0/24 or 2001:db8::/32");
        }
        return new Network(address, Integer.parseInt(length));
    }

    private static InetAddress address(String text) {
        try {
            if (V4.matcher(text).matches()) {
                InetAddress address = Inet4Address.ofLiteral(text);
                if (address.getHostAddress().equals(text)) {
                    return address;
                }
            } else if (V6.matcher(text).matches()
                    && text.indexOf(':') >= 0
                    && Inet6Address.ofLiteral(text) instanceof Inet6Address address) {
                // An IPv4 address in the form of IPv6 would be another one than it looks like.
                return address;
            }
        } catch (IllegalArgumentException e) {
            throw new InvalidValue("must be a network like 198.51.100.0/24 or 2001:db8::/32");
        }
        throw new InvalidValue("must be a network like 198.51.100.0/24 or 2001:db8::/32");
    }

    /** Whether the address is in the network; an address of the other family never is. */
    public boolean contains(InetAddress address) {
        return address.getAddress().length == first.getAddress().length
                && number(address).shiftRight(free()).equals(number(first).shiftRight(free()));
    }

    /** Whether all addresses of the other network are in this one. */
    public boolean contains(Network other) {
        return other.prefixLength >= prefixLength && contains(other.first);
    }

    private int free() {
        return first.getAddress().length * 8 - prefixLength;
    }

    private static BigInteger number(InetAddress address) {
        return new BigInteger(1, address.getAddress());
    }

    /** Returns the canonical text, always with the prefix length. */
    @Override
    @JsonValue
    public String toString() {
        return IpAddress.text(first) + "/" + prefixLength;
    }
}
