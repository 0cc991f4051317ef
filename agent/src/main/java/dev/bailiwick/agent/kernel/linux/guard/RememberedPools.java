package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.jail.AddressRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The pools the server told of last, for an agent that begins while the server is away: a line for each, with where it is. */
final class RememberedPools {

    private static final String HERE = "here ";
    private static final String ELSEWHERE = "elsewhere ";

    private final Path file;

    RememberedPools(Path stateDirectory) {
        this.file = stateDirectory.resolve("pools");
    }

    AddressPools read() {
        if (!Files.exists(file)) {
            return AddressPools.NONE;
        }
        try {
            List<String> lines = Files.readAllLines(file);
            return new AddressPools(after(HERE, lines), after(ELSEWHERE, lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<AddressRange> after(String word, List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith(word))
                .map(line -> AddressRange.parse(line.substring(word.length())))
                .toList();
    }

    void write(AddressPools pools) {
        List<String> lines = new ArrayList<>();
        pools.here().forEach(range -> lines.add(HERE + range + "\n"));
        pools.elsewhere().forEach(range -> lines.add(ELSEWHERE + range + "\n"));
        Path next = file.resolveSibling("pools.next");
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer text = ByteBuffer.wrap(String.join("", lines).getBytes(StandardCharsets.US_ASCII));
            while (text.hasRemaining()) {
                channel.write(text);
            }
            channel.force(true);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
