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
     * @param advertise {@code bailiwick.link.advertise}; empty where there is none
     * @param listen {@code bailiwick.link.address}
     */
    static LinkAddress of(String advertise, String listen) {
        return new LinkAddress(advertise.isEmpty() ? listen : advertise);
    }

    /** The line that joins the machine on which it is run. The token is no argument of a process there, which others could see. */
    String join(String token) {
        return "echo " + token + " | " + AGENT + " join --server " + text;
    }

    /** Whether it is certain that no other machine can connect to it: a loopback address, or none at all. */
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
