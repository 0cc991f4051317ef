package dev.bailiwick.agent.kernel.linux.network;

import dev.bailiwick.agent.kernel.ResolverDefaults;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.ResolverConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The content of a jail's {@code /etc/resolv.conf}, derived from its definition and the host's. */
public final class ResolverFiles {

    /** systemd-resolved keeps the real servers in the second file if the first one names its loopback address. */
    private static final List<Path> HOST_FILES =
            List.of(Path.of("/etc/resolv.conf"), Path.of("/run/systemd/resolve/resolv.conf"));

    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

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
     * Returns the content of a jail's resolv.conf: what its definition says; for the parts about which it says nothing, what its pool or its
     * host says; for the others, the host's own file, which is read at most once a second.
     *
     * <p>Only name servers that the jail can reach are written. Those of a definition are not checked: they may be in the jail itself, or
     * in another one.
     *
     * @param defaults what operators say
     * @param passesOn returns whether this host forwards packets of jails to an address that is not its own
     */
    public static String resolvers(
            JailDefinition definition, ResolverDefaults defaults, Predicate<IpAddress> passesOn) {
        ResolverSettings settings = settings();
        ResolverConfiguration own = definition.names().resolver();
        ResolverConfiguration said = own.or(defaults.of(definition.addresses()));
        List<IpAddress> servers = own.servers().isEmpty()
                ? reachable(
                        said.servers().isEmpty() ? settings.servers() : said.servers(),
                        definition.addresses(),
                        passesOn)
                : own.servers();
        return servers.isEmpty()
                ? NO_SERVER
                : text(
                        servers,
                        said.search().isEmpty() ? settings.search() : said.search(),
                        said.options().isEmpty() ? settings.options() : said.options());
    }

    private static List<IpAddress> reachable(
            List<IpAddress> servers, IpAddresses addresses, Predicate<IpAddress> passesOn) {
        return servers.stream()
                .filter(server -> hasFamilyOf(server, addresses))
                .filter(server -> passesOn.test(server) || HostRoutes.isOwn(server))
                .limit(ResolverConfiguration.MAX_SERVERS)
                .toList();
    }

    /** Returns the servers that {@link #resolvers} can name. */
    public static List<IpAddress> servers() {
        return settings().servers();
    }

    /** Returns whether a jail with both kinds of addresses can reach a name server. */
    public static boolean anyReachable(ResolverDefaults defaults, Predicate<IpAddress> passesOn) {
        List<IpAddress> ofHost = defaults.ofHost().servers();
        return (ofHost.isEmpty() ? servers() : ofHost)
                .stream().anyMatch(server -> passesOn.test(server) || HostRoutes.isOwn(server));
    }

    private static boolean hasFamilyOf(IpAddress server, IpAddresses addresses) {
        return (server.isV4() ? addresses.v4() : addresses.v6()).isPresent();
    }

    private static String text(List<IpAddress> servers, List<String> search, List<String> options) {
        return servers.stream().map(server -> "nameserver " + server + "\n").collect(Collectors.joining())
                + line("search", search)
                + line("options", options);
    }

    private static String line(String keyword, List<String> values) {
        return values.isEmpty() ? "" : keyword + " " + String.join(" ", values) + "\n";
    }

    private static ResolverSettings settings() {
        Cached last = lastRead;
        if (System.nanoTime() - last.atNanos < FRESH_NANOS) {
            return last.settings;
        }
        Cached now = new Cached(read(HOST_FILES), System.nanoTime());
        lastRead = now;
        return now.settings;
    }

    /** Returns what the first of these files says that names a server. */
    static ResolverSettings read(List<Path> files) {
        for (Path file : files) {
            // A container engine makes a directory of a file that it cannot find.
            if (!Files.isRegularFile(file)) {
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
