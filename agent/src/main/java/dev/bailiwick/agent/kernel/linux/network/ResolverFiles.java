package dev.bailiwick.agent.kernel.linux.network;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.validation.InvalidValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What a jail finds in {@code /etc/hosts}, {@code /etc/hostname} and {@code /etc/resolv.conf}. */
public final class ResolverFiles {

    /** The second is where systemd-resolved keeps the real servers when the first names its own loopback address. */
    private static final List<Path> HOST_FILES =
            List.of(Path.of("/etc/resolv.conf"), Path.of("/run/systemd/resolve/resolv.conf"));

    private static final String NAME_SERVER = "nameserver ";

    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Read(String content, long atNanos) {}

    private static volatile Read lastRead = new Read("", System.nanoTime() - FRESH_NANOS);

    private ResolverFiles() {}

    public static String hosts(JailDefinition definition) {
        String hostname = definition.hostname().value();
        int dot = hostname.indexOf('.');
        String names = dot < 0 ? hostname : hostname + " " + hostname.substring(0, dot);
        return "127.0.0.1 localhost\n::1 localhost ip6-localhost\n"
                + definition.addresses().all().stream()
                        .map(address -> address + " " + names + "\n")
                        .collect(Collectors.joining());
    }

    public static String hostname(JailDefinition definition) {
        return definition.hostname().value() + "\n";
    }

    /** The host's name servers, without those that only the host itself can reach; what they were up to a second ago. */
    public static String resolvers() {
        Read last = lastRead;
        if (System.nanoTime() - last.atNanos < FRESH_NANOS) {
            return last.content;
        }
        Read now = new Read(read(), System.nanoTime());
        lastRead = now;
        return now.content;
    }

    /** The servers that {@link #resolvers} names; without those that have a zone, which is of the host's links. */
    public static List<IpAddress> servers() {
        return resolvers()
                .lines()
                .filter(line -> line.startsWith(NAME_SERVER))
                .flatMap(line -> server(line.substring(NAME_SERVER.length()).strip()).stream())
                .toList();
    }

    private static Optional<IpAddress> server(String text) {
        try {
            return Optional.of(IpAddress.parse(text));
        } catch (InvalidValue notOneThatAJailCanReach) {
            return Optional.empty();
        }
    }

    private static String read() {
        for (Path file : HOST_FILES) {
            if (!Files.isReadable(file)) {
                continue;
            }
            try {
                List<String> lines = Files.readAllLines(file).stream()
                        .filter(line -> line.startsWith("nameserver ") || line.startsWith("search "))
                        .filter(line -> !line.startsWith("nameserver 127.") && !line.startsWith("nameserver ::1"))
                        .toList();
                if (lines.stream().anyMatch(line -> line.startsWith("nameserver "))) {
                    return String.join("\n", lines) + "\n";
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return "# this host has no name server that a jail could reach\n";
    }
}
