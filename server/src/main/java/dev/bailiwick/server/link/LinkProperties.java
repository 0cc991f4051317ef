package dev.bailiwick.server.link;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of the port for agents.
 *
 * @param address the address to listen on, {@code HOST:PORT} or {@code [IPV6]:PORT}; port 0 means any free port
 * @param advertise the address that hosts connect to, if it is different; its name is in the server's certificate
 * @param replica the address at which hosts reach this very replica, if there are several behind one address; its name is in the server's
 *     certificate. Without it, a replica has streams only to hosts that are connected to it
 * @param heartbeat how often a host has to give a sign of life; after three missing ones it counts as disconnected
 */
@ConfigurationProperties("bailiwick.link")
record LinkProperties(
        @DefaultValue("127.0.0.1:8444") String address,
        @DefaultValue("") String advertise,
        @DefaultValue("") String replica,
        @DefaultValue("10s") Duration heartbeat) {

    LinkProperties {
        if (heartbeat.compareTo(Duration.ofMillis(100)) < 0) {
            throw new IllegalArgumentException("bailiwick.link.heartbeat must be 100 ms or more");
        }
        hostOf(address);
        if (!advertise.isEmpty()) {
            hostOf(advertise);
        }
        if (!replica.isEmpty()) {
            hostOf(replica);
        }
    }

    InetSocketAddress listen() throws UnknownHostException {
        int colon = address.lastIndexOf(':');
        return new InetSocketAddress(
                InetAddress.getAllByName(hostOf(address))[0], Integer.parseInt(address.substring(colon + 1)));
    }

    /** The host part of an address, without brackets. */
    static String hostOf(String address) {
        int colon = address.lastIndexOf(':');
        if (colon < 1 || !address.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException(
                    "bailiwick.link addresses are HOST:PORT or [IPV6]:PORT, not '" + address + "'");
        }
        String host = address.substring(0, colon);
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }
}
