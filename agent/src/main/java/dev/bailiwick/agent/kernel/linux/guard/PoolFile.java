package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.disk.DurableFile;
import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.ResolverDefaults;
import dev.bailiwick.agent.kernel.ResolverDefaults.OfPool;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.PublishedPort;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.jail.validation.InvalidValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The address pools that the server sent last, for an agent that starts while the server is unreachable. The file has a line for each
 * pool, with its place, and one for each that says something about name servers. Confined to one thread.
 */
final class PoolFile {

    private static final String HERE = "here ";
    private static final String ELSEWHERE = "elsewhere ";
    private static final String RESOLVER = "resolver ";
    private static final String OF_HOST = "host";
    private static final int RESOLVER_WORDS = 4;
    private static final String MAIL = "mail";
    private static final String PORT = "port ";
    private static final int PORT_WORDS = 5;
    private static final int HERE_WORDS = 3;
    private static final String NOTHING = "-";

    private static final Logger log = LoggerFactory.getLogger(PoolFile.class);

    private final Path file;
    private AddressPools stored = AddressPools.NONE;

    PoolFile(Path stateDirectory) {
        this.file = stateDirectory.resolve("pools");
    }

    AddressPools read() {
        if (!Files.exists(file)) {
            return AddressPools.NONE;
        }
        try {
            List<String> lines = TextFile.lines(file);
            List<OfThisHost> here = read(HERE, lines, PoolFile::ofThisHost);
            stored = new AddressPools(
                    here.stream().map(OfThisHost::range).toList(),
                    read(ELSEWHERE, lines, AddressRange::parse),
                    here.stream().collect(Collectors.toMap(OfThisHost::range, OfThisHost::egress, (first, _) -> first)),
                    read(PORT, lines, PoolFile::port),
                    resolvers(lines));
            return stored;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A range for jails of this host. */
    private record OfThisHost(AddressRange range, Egress egress) {}

    /**
     * Reads a range, a way and {@code mail} or nothing. Agents of earlier versions wrote only the range. What cannot be read is no range of
     * this host, so that jails with its addresses reach nothing.
     */
    private static OfThisHost ofThisHost(String text) {
        String[] words = text.split(" ", -1);
        AddressRange range = AddressRange.parse(words[0]);
        return switch (words.length) {
            case 1 -> new OfThisHost(range, Egress.OPEN);
            case 2 -> new OfThisHost(range, new Egress(Egress.Way.parse(words[1]), false));
            default -> {
                if (words.length > HERE_WORDS || !words[2].equals(MAIL)) {
                    throw new InvalidValue("must be a range, a way and mail");
                }
                yield new OfThisHost(range, new Egress(Egress.Way.parse(words[1]), true));
            }
        };
    }

    private static ResolverDefaults resolvers(List<String> lines) {
        List<OfPool> ofPools = new ArrayList<>();
        ResolverConfiguration ofHost = ResolverConfiguration.EMPTY;
        for (Said said : read(RESOLVER, lines, PoolFile::said)) {
            if (said.pool.isPresent()) {
                ofPools.add(new OfPool(said.pool.get(), said.resolver));
            } else {
                ofHost = said.resolver;
            }
        }
        return new ResolverDefaults(ofPools, ofHost);
    }

    /** @param pool empty for the host */
    private record Said(Optional<AddressRange> pool, ResolverConfiguration resolver) {}

    private static Said said(String text) {
        String[] words = text.split(" ", -1);
        if (words.length != RESOLVER_WORDS) {
            throw new InvalidValue("must be a place, name servers, domains and options");
        }
        return new Said(
                words[0].equals(OF_HOST) ? Optional.empty() : Optional.of(AddressRange.parse(words[0])),
                new ResolverConfiguration(
                        list(words[1]).stream().map(IpAddress::parse).toList(), list(words[2]), list(words[3])));
    }

    /** Reads the lines that begin with a word. An agent of another version may have written some that this one cannot read. */
    private static <T> List<T> read(String word, List<String> lines, Function<String, T> reading) {
        List<T> read = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith(word)) {
                try {
                    read.add(reading.apply(line.substring(word.length())));
                } catch (InvalidValue e) {
                    log.warn(
                            "a line about address pools is passed over until the server sends them: '{}' {}",
                            line,
                            e.reason());
                }
            }
        }
        return read;
    }

    private static List<String> list(String word) {
        return word.equals(NOTHING) ? List.of() : List.of(word.split(",", -1));
    }

    /** Stores the pools for the next agent, unless they are already stored. If the disk is full, the next call tries again. */
    void keep(AddressPools pools) {
        if (pools.equals(stored)) {
            return;
        }
        try {
            DurableFile.write(file, text(pools).getBytes(StandardCharsets.US_ASCII));
            stored = pools;
        } catch (IOException e) {
            log.atWarn()
                    .addKeyValue("cause", e.toString())
                    .log("the address pools cannot be stored for the next agent; retrying later");
        }
    }

    private static String text(AddressPools pools) {
        StringBuilder lines = new StringBuilder();
        pools.here()
                .forEach(range -> lines.append(HERE)
                        .append(range)
                        .append(said(pools.egress(range)))
                        .append('\n'));
        pools.elsewhere().forEach(range -> lines.append(ELSEWHERE).append(range).append('\n'));
        pools.ports().forEach(port -> lines.append(line(port)));
        pools.resolvers()
                .ofPools()
                .forEach(pool -> lines.append(line(pool.range().toString(), pool.resolver())));
        if (!pools.resolvers().ofHost().equals(ResolverConfiguration.EMPTY)) {
            lines.append(line(OF_HOST, pools.resolvers().ofHost()));
        }
        return lines.toString();
    }

    private static PublishedPort port(String text) {
        String[] words = text.split(" ", -1);
        if (words.length != PORT_WORDS) {
            throw new InvalidValue("must be a protocol, an address, a port, and an address and a port of a jail");
        }
        return new PublishedPort(
                PublishedPort.Protocol.parse(words[0]),
                IpAddress.parse(words[1]),
                number(words[2]),
                IpAddress.parse(words[3]),
                number(words[4]));
    }

    private static int number(String word) {
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException e) {
            throw new InvalidValue("must have numbers as ports");
        }
    }

    private static String line(PublishedPort port) {
        return "%s%s %s %d %s %d\n"
                .formatted(PORT, port.protocol(), port.address(), port.port(), port.jailAddress(), port.jailPort());
    }

    private static String said(Egress egress) {
        return " " + egress.way() + (egress.outgoingMail() ? " " + MAIL : "");
    }

    private static String line(String place, ResolverConfiguration resolver) {
        return RESOLVER
                + String.join(" ", place, word(resolver.servers()), word(resolver.search()), word(resolver.options()))
                + "\n";
    }

    private static String word(List<?> values) {
        return values.isEmpty() ? NOTHING : values.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
