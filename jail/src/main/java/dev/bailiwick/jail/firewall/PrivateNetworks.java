package dev.bailiwick.jail.firewall;

import dev.bailiwick.jail.IpAddress;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/** The networks that no jail reaches beyond its host, whether the host is in them or not. They are not the world. */
public final class PrivateNetworks {

    /**
     * RFC 1918, RFC 6598, RFC 3927 (with the metadata of clouds, 169.254.169.254), and the host's loopback; RFC 4193, RFC 4291, RFC 3879,
     * and RFC 8215, through which IPv6 reaches private networks of IPv4.
     */
    public static final List<Network> ALL = Stream.of(
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.168.0.0/16",
                    "fc00::/7",
                    "fe80::/10",
                    "fec0::/10",
                    "64:ff9b:1::/48")
            .map(Network::parse)
            .toList();

    private PrivateNetworks() {}

    /**
     * A block of addresses, also of such as no jail can have.
     *
     * @param first its first address
     */
    public record Network(String first, int prefixLength) {

        private static Network parse(String text) {
            int slash = text.indexOf('/');
            return new Network(text.substring(0, slash), Integer.parseInt(text.substring(slash + 1)));
        }

        public boolean isV4() {
            return first.indexOf(':') < 0;
        }

        private boolean contains(IpAddress address) {
            byte[] own = InetAddress.ofLiteral(first).getAddress();
            byte[] other = address.bytes();
            if (own.length != other.length) {
                return false;
            }
            for (int bit = 0; bit < prefixLength; bit++) {
                int mask = 0x80 >> (bit % 8);
                if ((own[bit / 8] & mask) != (other[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    public static boolean contain(IpAddress address) {
        return ALL.stream().anyMatch(network -> network.contains(address));
    }
}
