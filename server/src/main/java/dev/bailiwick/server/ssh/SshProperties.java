package dev.bailiwick.server.ssh;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of SSH.
 *
 * @param address the address to listen on, {@code HOST:PORT} or {@code [IPV6]:PORT}; port 0 means any free port. Empty for no SSH
 */
@ConfigurationProperties("bailiwick.ssh")
record SshProperties(@DefaultValue("") String address) {

    SshProperties {
        if (!address.isEmpty() && !address.matches("(\\[[^]]+]|[^:]+):[0-9]{1,5}")) {
            throw new IllegalArgumentException(
                    "bailiwick.ssh.address is HOST:PORT or [IPV6]:PORT, not '" + address + "'");
        }
    }

    /** Returns where to listen; empty if there is no SSH. */
    Optional<InetSocketAddress> listen() throws UnknownHostException {
        if (address.isEmpty()) {
            return Optional.empty();
        }
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon).replaceAll("[\\[\\]]", "");
        return Optional.of(
                new InetSocketAddress(InetAddress.getByName(host), Integer.parseInt(address.substring(colon + 1))));
    }
}
