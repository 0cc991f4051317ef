package dev.bailiwick.agent.kernel.linux.network;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The content of a jail's {@code /etc/resolv.conf}, derived from the host's. */
public final class ResolverFiles {

    /** systemd-resolved keeps the real servers in the second file if the first one names its loopback address. */
    private static final List<Path> HOST_FILES =
            List.of(Path.of("/etc/resolv.conf"), Path.of("/run/systemd/resolve/resolv.conf"));

    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The number of servers that the C library uses (MAXNS in resolv.h). */
    private static final int MAX_SERVERS = 3;

    /**
     * Without a server, a C library asks the jail itself, where nothing answers. glibc gets an error at once; musl does not, and waits
     * for the time given here.
     */
    private static final String NO_SERVER =
            "# no name server of this host can be reached from this jail\noptions timeout:1 attempts:1\n";

    private record Cached(ResolverSettings settings, long atNanos) {}

    private static volatile Cached lastRead =
            new Cached(new ResolverSettings(List.of(), List.of(), List.of()), System.nanoTime() - FRESH_NANOS);

    private ResolverFiles() {}

    /**
     * Returns the content of a jail's resolv.conf: the host's name servers that the jail can reach, with the host's search list and
     * options. The host's file is read at most once a second.
     *
     * @param addresses the addresses of the jail
     * @param passesOn returns whether this host forwards packets of jails to an address that is not its own
     */
    public static String resolvers(IpAddresses addresses, Predicate<IpAddress> passesOn) {
        ResolverSettings settings = settings();
        List<IpAddress> servers = settings.servers().stream()
                .filter(server -> hasFamilyOf(server, addresses))
                .filter(server -> passesOn.test(server) || HostRoutes.isOwn(server))
                .limit(MAX_SERVERS)
                .toList();
        return servers.isEmpty() ? NO_SERVER : text(servers, settings);
    }

    /** Returns the servers that {@link #resolvers} can name. */
    public static List<IpAddress> servers() {
        return settings().servers();
    }

    /** Returns whether a jail with both kinds of addresses can reach a name server. */
    public static boolean anyReachable(Predicate<IpAddress> passesOn) {
        return servers().stream().anyMatch(server -> passesOn.test(server) || HostRoutes.isOwn(server));
    }

    private static boolean hasFamilyOf(IpAddress server, IpAddresses addresses) {
        return (server.isV4() ? addresses.v4() : addresses.v6()).isPresent();
    }

    private static String text(List<IpAddress> servers, ResolverSettings settings) {
        return servers.stream().map(server -> "nameserver " + server + "\n").collect(Collectors.joining())
                + line("search", settings.search())
                + line("options", settings.options());
    }

    private static String line(String keyword, List<String> values) {
        return values.isEmpty() ? "" : keyword + " " + String.join(" ", values) + "\n";
    }

    private static ResolverSettings settings() {
        Cached last = lastRead;
        if (System.nanoTime() - last.atNanos < FRESH_NANOS) {
            return last.settings;
        }
        Cached now = new Cached(read(), System.nanoTime());
        lastRead = now;
        return now.settings;
    }

    private static ResolverSettings read() {
        for (Path file : HOST_FILES) {
            if (!Files.isReadable(file)) {
                continue;
            }
            try {
                ResolverSettings settings =
                        ResolverSettings.parse(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
                if (!settings.servers().isEmpty()) {
                    return settings;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new ResolverSettings(List.of(), List.of(), List.of());
    }
}
