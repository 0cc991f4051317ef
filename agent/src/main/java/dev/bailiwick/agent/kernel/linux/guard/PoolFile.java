package dev.bailiwick.agent.kernel.linux.guard;

import dev.bailiwick.agent.disk.DurableFile;
import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.jail.AddressRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The address pools that the server sent last, for an agent that starts while the server is unreachable. The file has a line for each
 * pool, with its place. Confined to one thread.
 */
final class PoolFile {

    private static final String HERE = "here ";
    private static final String ELSEWHERE = "elsewhere ";

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
            stored = new AddressPools(after(HERE, lines), after(ELSEWHERE, lines));
            return stored;
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
        pools.here().forEach(range -> lines.append(HERE).append(range).append('\n'));
        pools.elsewhere().forEach(range -> lines.append(ELSEWHERE).append(range).append('\n'));
        return lines.toString();
    }
}
