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
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which jail owns which range of ids. A range stays with a jail as long as its files exist, since the files bear its
 * numbers; so it is on disk before it is used. The file is a journal of lines {@code <jail id> <slot>}, or {@code <jail id> -}
 * where the range is free again: a start waits for one short append. It is written anew when an agent begins.
 */
final class IdRanges implements AutoCloseable {

    private static final String FREE = "-";

    private final HostLayout layout;
    private final Path file;
    private final Map<JailId, Integer> slots = new TreeMap<>();
    private final BitSet taken = new BitSet();
    private final FileChannel journal;

    IdRanges(HostLayout layout) {
        this.layout = layout;
        this.file = layout.stateDirectory().resolve("id-ranges");
        try {
            read();
            write();
            this.journal = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
            append(jail + " " + slot);
            slots.put(jail, slot);
            taken.set(slot);
        }
        return range(slot);
    }

    /** The range that the next new jail gets, unless one that has a range frees it first; empty where all are in use. */
    synchronized Optional<IdRange> next() {
        int slot = taken.nextClearBit(0);
        return slot < layout.hostIdRanges() ? Optional.of(range(slot)) : Optional.empty();
    }

    private IdRange range(int slot) {
        return new IdRange(layout.firstHostId() + (long) slot * HostLayout.RANGE_WIDTH);
    }

    /** Whose range this id of the host's lies in; empty where it is nobody's. */
    synchronized Optional<JailId> jailOf(long id) {
        long slot = Math.floorDiv(id - layout.firstHostId(), (long) HostLayout.RANGE_WIDTH);
        return slots.entrySet().stream()
                .filter(entry -> entry.getValue() == slot)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** The jail's files are gone: its range may be given to another. */
    synchronized void free(JailId jail) {
        Integer slot = slots.get(jail);
        if (slot == null) {
            return;
        }
        append(jail + " " + FREE);
        slots.remove(jail);
        taken.clear(slot);
    }

    private void append(String line) {
        try {
            long end = journal.size();
            try {
                journal.write(StandardCharsets.UTF_8.encode(line + "\n"));
                journal.force(false);
            } catch (IOException e) {
                // Half a line, of a full disk, must not become the beginning of the next one.
                journal.truncate(end);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        String text = Files.readString(file);
        // What stands behind the last line's end was being written when the power failed: nothing was done with it.
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        try {
            whole.lines().forEach(this::replay);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            // Guessing would hand one jail's files to another.
            throw new IllegalStateException(file + " is damaged; restore it before any jail is started", e);
        }
    }

    private void replay(String line) {
        String[] words = line.split(" ", -1);
        JailId jail = JailId.parse(words[0]);
        if (words[1].equals(FREE)) {
            Integer slot = slots.remove(jail);
            if (slot != null) {
                taken.clear(slot);
            }
            return;
        }
        int slot = Integer.parseInt(words[1]);
        if (taken.get(slot)) {
            throw new IllegalArgumentException("range " + slot + " has two owners");
        }
        slots.put(jail, slot);
        taken.set(slot);
    }

    private void write() throws IOException {
        String text = slots.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue() + "\n")
                .collect(Collectors.joining());
        Path next = file.resolveSibling("id-ranges.next");
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
    }

    @Override
    public void close() {
        try {
            journal.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
