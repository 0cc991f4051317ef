package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which jail owns which range of ids. A range stays with a jail as long as its files exist, since the files bear its
 * numbers; the file of lines {@code <jail id> <slot>} is replaced atomically and survives the power failing.
 */
final class IdRanges {

    private final HostLayout layout;
    private final Path file;
    private final Map<JailId, Integer> slots = new TreeMap<>();
    private final BitSet taken = new BitSet();

    IdRanges(HostLayout layout) {
        this.layout = layout;
        this.file = layout.stateDirectory().resolve("id-ranges");
        read();
    }

    /** The jail's range, which is from now on its own. */
    synchronized IdRange rangeOf(JailId jail) {
        Integer slot = slots.get(jail);
        if (slot == null) {
            slot = taken.nextClearBit(0);
            if (slot >= layout.hostIdRanges()) {
                throw KernelRefusal.transientFailure(
                        "IdRangesExhausted",
                        "all " + layout.hostIdRanges() + " ranges of user ids of this host are in use");
            }
            slots.put(jail, slot);
            taken.set(slot);
            write();
        }
        return new IdRange(layout.firstHostId() + (long) slot * HostLayout.RANGE_WIDTH);
    }

    /** The jail's files are gone: its range may be given to another. */
    synchronized void free(JailId jail) {
        Integer slot = slots.remove(jail);
        if (slot == null) {
            return;
        }
        taken.clear(slot);
        write();
    }

    private void read() {
        try {
            if (!Files.exists(file)) {
                return;
            }
            for (String line : Files.readAllLines(file)) {
                String[] words = line.split(" ", -1);
                int slot = Integer.parseInt(words[1]);
                slots.put(JailId.parse(words[0]), slot);
                taken.set(slot);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            // Guessing would hand one jail's files to another.
            throw new IllegalStateException(file + " is damaged; restore it before any jail is started", e);
        }
    }

    private void write() {
        String text = slots.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue() + "\n")
                .collect(Collectors.joining());
        Path next = file.resolveSibling("id-ranges.next");
        try {
            Files.createDirectories(file.getParent());
            try (FileChannel channel = FileChannel.open(
                    next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                channel.write(StandardCharsets.UTF_8.encode(text));
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                directory.force(true);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
