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
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which jail owns which range of ids. A range stays with a jail as long as its files exist, since the files bear its
 * numbers; so it is on disk before it is used, for which who uses it waits. The file is a journal of lines {@code <jail id> <slot>}, or {@code <jail id> -}
 * where the range is free again: a start waits for one short append. It is written anew when an agent begins.
 *
 * <p>New ranges are given out in a circle, so that one that has just become free is the last to be used again. One can be held
 * back for a jail that is not known yet; once it is offered the next new jail gets it.
 */
final class IdRanges implements AutoCloseable {

    private static final String FREE = "-";
    private static final Pattern LINE = Pattern.compile("(\\S+) (-|0|[1-9][0-9]{0,4})");

    private static final long END_OF_IDS = 1L << 32;

    private final HostLayout layout;
    private final Path file;
    private final Map<JailId, Integer> slots = new TreeMap<>();
    private final Map<Integer, JailId> owners = new HashMap<>();
    /** Those of jails, and those held back. */
    private final BitSet taken = new BitSet();

    private final Deque<Integer> offered = new ArrayDeque<>();
    private int next;
    private FileChannel journal;
    private final ExecutorService disk = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("id-ranges").daemon().factory());
    /** How many lines there are since the agent began, and of how many it is known that they are on disk. */
    private long appended;

    private long forced;
    private @Nullable IOException broken;

    IdRanges(HostLayout layout) {
        this.layout = layout;
        this.file = layout.stateDirectory().resolve("id-ranges");
        try {
            read();
            write();
            this.journal = open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The jail's range, where it has one. */
    synchronized Optional<IdRange> find(JailId jail) {
        return Optional.ofNullable(slots.get(jail)).map(this::range);
    }

    /** The jail's range, which is from now on its own; on disk once {@link #awaitDurable} has returned. */
    synchronized IdRange rangeOf(JailId jail) {
        Integer known = slots.get(jail);
        if (known != null) {
            return range(known);
        }
        boolean prepared = !offered.isEmpty();
        int slot = prepared
                ? offered.remove()
                : takeNext()
                        .orElseThrow(() -> KernelRefusal.transientFailure(
                                "IdRangesExhausted",
                                "all " + layout.hostIdRanges() + " ranges of user ids of this host are in use"));
        try {
            give(jail, slot);
        } catch (UncheckedIOException e) {
            if (prepared) {
                offered.addFirst(slot);
            } else {
                taken.clear(slot);
            }
            throw e;
        }
        return range(slot);
    }

    /** A range that no jail gets, until it is offered; empty where all are in use. */
    synchronized Optional<IdRange> holdBack() {
        return takeNext().map(this::range);
    }

    /** The next new jail gets this range, which was held back. */
    synchronized void offer(IdRange range) {
        offered.add(slotOf(range.first()));
    }

    /** The range that was offered is held back again; false where a jail has got it. */
    synchronized boolean withdraw(IdRange range) {
        return offered.remove(slotOf(range.first()));
    }

    /** The range that was held back may be any new jail's again, unless it has become a jail's. */
    synchronized void giveBack(IdRange range) {
        int slot = slotOf(range.first());
        if (!owners.containsKey(slot)) {
            offered.remove(slot);
            taken.clear(slot);
        }
    }

    /** The jail runs, and has this range, whether or not that was on disk. */
    synchronized void adopt(JailId jail, IdRange range) {
        int slot = slotOf(range.first());
        if (covers(range) && !owners.containsKey(slot) && !slots.containsKey(jail)) {
            give(jail, slot);
        }
    }

    private void give(JailId jail, int slot) {
        append(jail + " " + slot);
        own(jail, slot);
    }

    private void own(JailId jail, int slot) {
        slots.put(jail, slot);
        owners.put(slot, jail);
        taken.set(slot);
    }

    private void disown(JailId jail) {
        Integer slot = slots.remove(jail);
        if (slot != null) {
            owners.remove(slot);
            taken.clear(slot);
        }
    }

    private Optional<Integer> takeNext() {
        int slot = taken.nextClearBit(next);
        if (slot >= layout.hostIdRanges()) {
            slot = taken.nextClearBit(0);
        }
        if (slot >= layout.hostIdRanges()) {
            return Optional.empty();
        }
        taken.set(slot);
        next = slot + 1;
        return Optional.of(slot);
    }

    /** Whether the range is one of this host's. */
    boolean covers(IdRange range) {
        int slot = slotOf(range.first());
        return slot >= 0 && slot < layout.hostIdRanges();
    }

    private int slotOf(long id) {
        return Math.toIntExact(Math.floorDiv(id - layout.firstHostId(), (long) HostLayout.RANGE_WIDTH));
    }

    private IdRange range(int slot) {
        return new IdRange(layout.firstHostId() + (long) slot * HostLayout.RANGE_WIDTH);
    }

    /** Whose range this id of the host's lies in; empty where it is nobody's. */
    synchronized Optional<JailId> jailOf(long id) {
        return Optional.ofNullable(owners.get(slotOf(id)));
    }

    /** The jail's files are gone: its range may be given to another. */
    synchronized void free(JailId jail) {
        if (slots.containsKey(jail)) {
            append(jail + " " + FREE);
            disown(jail);
        }
    }

    private void append(String line) {
        try {
            long end = journal.size();
            try {
                journal.write(StandardCharsets.UTF_8.encode(line + "\n"));
            } catch (IOException e) {
                // Half a line, of a full disk, must not become the beginning of the next one.
                journal.truncate(end);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        appended++;
        disk.execute(this::force);
    }

    /** One wait for the disk is for all lines that came before it. */
    private void force() {
        long lines;
        FileChannel written;
        synchronized (this) {
            lines = appended;
            written = journal;
            if (lines == forced) {
                return;
            }
        }
        IOException failure = null;
        try {
            written.force(false);
        } catch (IOException e) {
            failure = e;
        }
        synchronized (this) {
            if (failure == null) {
                forced = lines;
            } else {
                writeAnew(failure);
            }
            notifyAll();
        }
    }

    /** A failure is told once, fsync(2): what of the file is on the disk, nobody knows any more. */
    private void writeAnew(IOException failure) {
        try {
            journal.close();
            write();
            journal = open();
            forced = appended;
        } catch (IOException e) {
            failure.addSuppressed(e);
            broken = failure;
        }
    }

    /**
     * Returns once all ranges that have been given out so far are on disk.
     *
     * @throws UncheckedIOException if they can not be brought there; another call tries again
     */
    synchronized void awaitDurable() {
        long lines = appended;
        if (forced < lines) {
            broken = null;
            disk.execute(this::force);
        }
        try {
            while (forced < lines && broken == null) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KernelRefusal.transientFailure("AgentStops", "the agent is stopping");
        }
        if (forced < lines && broken != null) {
            throw new UncheckedIOException(broken);
        }
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    private void read() throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        // What stands behind the last line's end was being written when the power failed: nothing was done with it.
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        try {
            whole.lines().forEach(this::replay);
        } catch (IllegalArgumentException e) {
            // Guessing would hand one jail's files to another.
            throw new IllegalStateException(file + " is damaged; restore it before any jail is started", e);
        }
    }

    private void replay(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("it has a line that no agent writes: " + line);
        }
        JailId jail = JailId.parse(matcher.group(1));
        boolean frees = matcher.group(2).equals(FREE);
        if (frees != slots.containsKey(jail)) {
            throw new IllegalArgumentException("jail " + jail + (frees ? " frees no range" : " has two ranges"));
        }
        if (frees) {
            disown(jail);
            return;
        }
        int slot = Integer.parseInt(matcher.group(2));
        if (range(slot).first() >= END_OF_IDS) {
            throw new IllegalArgumentException("range " + slot + " is beyond all ids");
        }
        if (taken.get(slot)) {
            throw new IllegalArgumentException("range " + slot + " has two owners");
        }
        own(jail, slot);
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
        disk.close();
        try {
            journal.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
