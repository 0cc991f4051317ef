package dev.bailiwick.agent.kernel.linux.network;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.jail.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The addresses to which this host has routes through the link of a jail: those that the jail has, also if another agent gave them. It
 * reads all routes of the host, so it is only for a change of addresses.
 */
final class LinkRoutes {

    private static final Path V4 = Path.of("/proc/thread-self/net/route");
    private static final Path V6 = Path.of("/proc/thread-self/net/ipv6_route");
    private static final String ALL_32_BITS = "FFFFFFFF";
    private static final String ALL_128_BITS = "80";

    private LinkRoutes() {}

    /** Returns the addresses, in a set that may be changed. */
    static Set<IpAddress> of(String link) {
        Set<IpAddress> addresses = new LinkedHashSet<>();
        read(V4, line -> v4(line, link), addresses);
        if (Files.exists(V6)) {
            read(V6, line -> v6(line, link), addresses);
        }
        return addresses;
    }

    private static void read(Path table, Function<String, Optional<IpAddress>> parser, Set<IpAddress> addresses) {
        try {
            TextFile.read(table)
                    .lines()
                    .flatMap(line -> parser.apply(line).stream())
                    .forEach(addresses::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Columns: link, destination, gateway, flags, count, use, metric, mask; numbers are written as this machine stores them. */
    private static Optional<IpAddress> v4(String line, String link) {
        String[] columns = line.strip().split("\\s+", -1);
        if (columns.length < 8 || !columns[0].equals(link) || !columns[7].equals(ALL_32_BITS)) {
            return Optional.empty();
        }
        return address(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(HexFormat.fromHexDigits(columns[1]))
                .array());
    }

    /** Columns: destination, its prefix, source, its prefix, gateway, metric, count, use, flags, link. */
    private static Optional<IpAddress> v6(String line, String link) {
        String[] columns = line.strip().split("\\s+", -1);
        if (columns.length < 10 || !columns[9].equals(link) || !columns[1].equals(ALL_128_BITS)) {
            return Optional.empty();
        }
        return address(HexFormat.of().parseHex(columns[0]));
    }

    /** Returns empty for the gateway of IPv4 and the addresses of the link itself. */
    private static Optional<IpAddress> address(byte[] bytes) {
        try {
            InetAddress address = InetAddress.getByAddress(bytes);
            return address.isLinkLocalAddress() || address.isMulticastAddress()
                    ? Optional.empty()
                    : Optional.of(new IpAddress(address));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are an address", e);
        }
    }
}
