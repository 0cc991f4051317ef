package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.disk.DurableFile;
import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.jail.validation.InvalidValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The networks that the server sent last, for an agent that starts while the server is unreachable. The file has a line for each, with its
 * owner, the members here, and the addresses of the others. Confined to one thread.
 */
final class NetworkFile {

    private static final String NETWORK = "network";
    private static final int WORDS = 5;
    private static final String NOTHING = "-";

    private static final Logger log = LoggerFactory.getLogger(NetworkFile.class);

    private final Path file;
    private List<SharedNetwork> stored = List.of();

    NetworkFile(Path stateDirectory) {
        this.file = stateDirectory.resolve("networks");
    }

    List<SharedNetwork> read() {
        if (!Files.exists(file)) {
            return List.of();
        }
        List<SharedNetwork> read = new ArrayList<>();
        try {
            for (String line : TextFile.lines(file)) {
                try {
                    read.add(parse(line));
                } catch (InvalidValue e) {
                    // An agent of another version may have written it.
                    log.warn(
                            "a line about networks is passed over until the server sends them: '{}' {}",
                            line,
                            e.reason());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        stored = List.copyOf(read);
        return stored;
    }

    /** @throws InvalidValue if this is no line of the file */
    static SharedNetwork parse(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != WORDS || !words[0].equals(NETWORK)) {
            throw new InvalidValue("must be network, an id, an owner, jails and addresses");
        }
        return new SharedNetwork(
                words[1],
                words[2],
                list(words[3], JailId::parse).collect(Collectors.toSet()),
                list(words[4], IpAddress::parse).collect(Collectors.toSet()));
    }

    private static <T> Stream<T> list(String word, Function<String, T> reading) {
        return word.equals(NOTHING)
                ? Stream.of()
                : Stream.of(word.split(",", -1)).map(reading);
    }

    /** Stores the networks for the next agent, unless they are already stored. If the disk is full, the next call tries again. */
    void keep(List<SharedNetwork> networks) {
        if (networks.equals(stored)) {
            return;
        }
        try {
            DurableFile.write(file, text(networks).getBytes(StandardCharsets.US_ASCII));
            stored = List.copyOf(networks);
        } catch (IOException e) {
            log.atWarn()
                    .addKeyValue("cause", e.toString())
                    .log("the networks of jails cannot be stored for the next agent; retrying later");
        }
    }

    private static String text(List<SharedNetwork> networks) {
        return networks.stream().map(network -> line(network) + "\n").collect(Collectors.joining());
    }

    static String line(SharedNetwork network) {
        return String.join(
                " ", NETWORK, network.id(), network.owner(), word(network.jails()), word(network.addresses()));
    }

    private static String word(Collection<?> values) {
        return values.isEmpty() ? NOTHING : values.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
