package dev.bailiwick.server.bounds;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/** Groups addresses into peers, for counting connections and attempts. */
public final class PeerKey {

    private static final int NETWORK_BYTES = 8;

    private PeerKey() {}

    /** Returns an IPv4 address itself, and the network (/64) of an IPv6 address: one machine may use any address in it. */
    public static String of(InetAddress address) {
        return address instanceof Inet6Address
                ? HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), NETWORK_BYTES)) + "::/64"
                : address.getHostAddress();
    }
}
