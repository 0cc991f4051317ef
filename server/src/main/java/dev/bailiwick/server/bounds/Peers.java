package dev.bailiwick.server.bounds;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/** Whom the attempts of a peer are counted with. */
public final class Peers {

    private static final int NETWORK_BYTES = 8;

    private Peers() {}

    /** An IPv4 address; of an IPv6 address the network (/64), within which one machine may take any. */
    public static String key(InetAddress address) {
        return address instanceof Inet6Address
                ? HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), NETWORK_BYTES)) + "::/64"
                : address.getHostAddress();
    }
}
