package dev.bailiwick.server.host.page;

import java.net.InetAddress;

/**
 * The address that hosts connect to.
 *
 * @param text {@code HOST:PORT} or {@code [IPV6]:PORT}
 */
record LinkAddress(String text) {

    private static final String AGENT = "/opt/bailiwick/agent/bailiwick-agent";

    /**
     * @param advertise {@code bailiwick.link.advertise}; empty if not set
     * @param listen {@code bailiwick.link.address}
     */
    static LinkAddress of(String advertise, String listen) {
        return new LinkAddress(advertise.isEmpty() ? listen : advertise);
    }

    /**
     * Returns the command line with which a machine joins. The token is not an argument of a process there, which others could see.
     */
    String join(String token) {
        return "echo " + token + " | " + AGENT + " join --server " + text;
    }

    /** Whether other machines certainly cannot connect to the address: it is a loopback or the unspecified address. */
    boolean isLocal() {
        String host = text.substring(0, text.lastIndexOf(':')).replaceAll("^\\[|]$", "");
        try {
            InetAddress address = InetAddress.ofLiteral(host);
            return address.isLoopbackAddress() || address.isAnyLocalAddress();
        } catch (IllegalArgumentException name) {
            return host.equals("localhost") || host.endsWith(".localhost");
        }
    }
}
