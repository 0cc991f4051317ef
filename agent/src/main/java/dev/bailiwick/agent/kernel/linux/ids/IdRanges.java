package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.FilesReport;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.InvalidValue;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.KeptFiles;
import dev.bailiwick.jail.RootPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which jail owns which range of ids, and which directories bear them. The record stands beside the files, in a directory of the root
 * base that no jail can have: whoever moves the disk moves the record with it, and whatever else an agent keeps may be lost.
 *
 * <p>INVARIANT: a range stays with its jail as long as a directory is recorded that may bear its ids; a directory is recorded, durably,
 * before anything in it is given to the jail, and is struck out only once it is gone.
 *
 * <p>The record is a {@link LineJournal}. Its lines are {@code <jail> <first id>} for a range without a directory,
 * {@code <jail> <first id> used|kept <customer or -> <path>}, {@code <jail> left <path>} and {@code <jail> free}. New ranges are given
 * out in a circle, so that one that has just become free is the last to be used again. One can be held back for a jail that is not
 * known yet; once it is offered the next new jail gets it.
 */
public final class IdRanges implements AutoCloseable {

    /** Below the root base; no root path may lie there. */
    public static final String DIRECTORY = ".bailiwick";

    private static final String FILE = "files";
    private static final long END_OF_IDS = 1L << 32;

    private final HostLayout layout;
    private final Path file;
    private final Map<JailId, IdRange> ranges = new ConcurrentSkipListMap<>();
    private final Map<IdRange, JailId> owners = new HashMap<>();
    private final TreeMap<String, Holding> holdings = new TreeMap<>();
    /** Those of jails, and those held back. */
    private final BitSet taken = new BitSet();

    private final Deque<Integer> offered = new ArrayDeque<>();
    private final LineJournal journal;
    private int next;
    private long version = 1;
    /** What {@link #report} returned last; null once that has changed. */
    private @Nullable List<KeptFiles> kept;

    private String damage = "";

    public IdRanges(HostLayout layout) {
        this.layout = layout;
        Path directory = layout.rootBase().resolve(DIRECTORY);
        this.file = directory.resolve(FILE);
        try {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            recover();
            this.journal = new LineJournal(file, "id-ranges", this, this::lines);
            LegacyRanges.remove(layout);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void recover() throws IOException {
        boolean isThere = Files.exists(file);
        LineJournal.Content content = LineJournal.read(file);
        int damaged = content.damaged();
        for (String line : content.lines()) {
            damaged += replay(line) ? 0 : 1;
        }
        if (!isThere) {
            LegacyRanges.read(layout).forEach(this::own);
        }
        if (isThere && damaged == 0) {
            return;
        }
        recordStrays();
        if (isThere) {
            Path aside = file.resolveSibling(FILE + ".damaged");
            Files.copy(file, aside, StandardCopyOption.REPLACE_EXISTING);
            damage = file + " was damaged in " + damaged + " lines and is kept as " + aside
                    + ": files whose record is lost stay where they are, and are listed as kept files of nobody";
        } else {
            // From an agent that kept no record of directories: a range that no directory bears is nobody's any more.
            List.copyOf(ranges.keySet()).forEach(this::disownWithoutFiles);
        }
    }

    /** Whether the line is one that an agent writes. A later line is right where it contradicts an earlier one. */
    private boolean replay(String line) {
        String[] words = line.split(" ", 5);
        try {
            JailId jail = JailId.parse(words[0]);
            if (words.length == 2 && words[1].equals("free")) {
                boolean known = ranges.containsKey(jail);
                holdings.values().removeIf(holding -> holding.jail().equals(jail));
                disown(jail);
                return known;
            }
            if (words.length >= 3 && words[1].equals("left")) {
                String path = line.substring(words[0].length() + " left ".length());
                return holdings.values()
                        .removeIf(holding ->
                                holding.jail().equals(jail) && holding.path().equals(path));
            }
            if (words.length != 2 && words.length != 5) {
                return false;
            }
            IdRange range = parseRange(words[1]);
            Optional<Holding> holding = words.length == 5
                    ? Optional.of(Holding.parse(jail, words[2], words[3], words[4]))
                    : Optional.empty();
            boolean contradicts = !owners.getOrDefault(range, jail).equals(jail)
                    || !ranges.getOrDefault(jail, range).equals(range);
            if (contradicts) {
                Optional.ofNullable(owners.get(range)).ifPresent(this::disown);
                disown(jail);
            }
            own(jail, range);
            holding.ifPresent(h -> holdings.put(h.path(), h));
            return !contradicts;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static IdRange parseRange(String text) {
        long first = Long.parseLong(text);
        if (first < HostLayout.RANGE_WIDTH
                || first % HostLayout.RANGE_WIDTH != 0
                || first >= END_OF_IDS
                || !text.equals(Long.toString(first))) {
            throw new IllegalArgumentException("no range begins at " + text);
        }
        return new IdRange(first);
    }

    /** What bears the ids of a jail that is known becomes that jail's; anything else stays apart, as if an unknown jail had left it. */
    private void recordStrays() throws IOException {
        StrayFiles.below(layout.rootBase(), layout.rootBase().resolve(DIRECTORY), this::coveredRange)
                .forEach((path, range) -> {
                    Holding known = holdings.get(path);
                    if (known != null && range.equals(ranges.get(known.jail()))) {
                        return;
                    }
                    JailId owner = owners.get(range);
                    if (owner == null) {
                        owner = new JailId(UUID.randomUUID());
                        own(owner, range);
                    }
                    // A name that no definition can have stays where it is, and its range is nobody's for ever.
                    if (known == null && isRootPath(path)) {
                        holdings.put(path, new Holding(path, owner, "", Holding.Fate.KEPT));
                    }
                });
    }

    private boolean isRootPath(String path) {
        try {
            return !pathOf(path).value().isEmpty();
        } catch (InvalidValue e) {
            return false;
        }
    }

    private Optional<IdRange> coveredRange(long id) {
        IdRange range = IdRange.ofNumber(IdRange.numberOf(id));
        return covers(range) ? Optional.of(range) : Optional.empty();
    }

    private void disownWithoutFiles(JailId jail) {
        if (of(jail).findAny().isEmpty()) {
            disown(jail);
        }
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        ranges.forEach((jail, range) -> {
            List<String> held = of(jail).map(holding -> holding.line(range)).toList();
            lines.addAll(held.isEmpty() ? List.of(jail + " " + range.first()) : held);
        });
        return lines;
    }

    /** What is wrong with the record; empty if nothing is. */
    public String damage() {
        return damage;
    }

    /** The jail's range, where it has one. */
    public Optional<IdRange> find(JailId jail) {
        return Optional.ofNullable(ranges.get(jail));
    }

    /** The jail's range, which is from now on its own; on disk once {@link #awaitDurable} has returned. */
    public synchronized IdRange rangeOf(JailId jail) {
        IdRange known = ranges.get(jail);
        return known != null ? known : give(jail, Optional.empty(), range -> List.of(jail + " " + range.first()));
    }

    /**
     * Gives the jail this directory for its files, and a range for its ids if it has none; on disk once {@link #awaitDurable} has
     * returned. Files that a removed jail of the same customer left there are the jail's, with their range.
     *
     * @param path below the root base
     * @param borne the range that what is there bears; empty where it bears none, or nothing is there
     * @throws KernelRefusal if the directory is another's, or lies above or below one that is
     */
    public synchronized Claim claim(JailId jail, FilesClaim of, String path, Optional<IdRange> borne) {
        Holding known = holdings.get(path);
        refuseUncovered(jail);
        if (known != null && known.jail().equals(jail)) {
            return new Claim.Granted(settle(known, of), false, Optional.empty());
        }
        Optional<Holding> other = overlapping(jail, path);
        if (other.isPresent()) {
            return takeOver(jail, of, path, other.get());
        }
        Optional<Holding> elsewhere =
                ranges.containsKey(jail) ? of(jail).min(Comparator.comparing(Holding::fate)) : Optional.empty();
        if (elsewhere.isPresent()) {
            return new Claim.Elsewhere(elsewhere.get().path());
        }
        Holding granted = new Holding(path, jail, of.customer(), Holding.Fate.USED);
        IdRange range = ranges.get(jail);
        if (range == null) {
            Optional<IdRange> told = borne.filter(r -> of.firstHostId().equals(OptionalLong.of(r.first())))
                    .filter(r -> covers(r) && !taken.get(slotOf(r.first())));
            range = give(jail, told, r -> List.of(granted.line(r)));
        } else {
            journal.append(List.of(granted.line(range)));
        }
        holdings.put(path, granted);
        return new Claim.Granted(range, true, Optional.empty());
    }

    /** Whether this is the jail's directory already, so that nothing has to be recorded. */
    public synchronized Optional<IdRange> granted(JailId jail, FilesClaim of, String path) {
        Holding known = holdings.get(path);
        boolean settled = known != null
                && known.jail().equals(jail)
                && !known.isKept()
                && (of.customer().isEmpty() || known.customer().equals(of.customer()));
        return settled ? find(jail).filter(this::covers) : Optional.empty();
    }

    private void refuseUncovered(JailId jail) {
        IdRange range = ranges.get(jail);
        if (range != null && !covers(range)) {
            throw KernelRefusal.permanent(
                    "IdRangeNotThisHosts",
                    "the jail's files bear the ids from " + range.first()
                            + " on, which are not among those that this host may use"
                            + " (first-host-id, host-id-ranges)");
        }
    }

    private IdRange settle(Holding known, FilesClaim of) {
        IdRange range = borne(known);
        String customer = of.customer().isEmpty() ? known.customer() : of.customer();
        List<Holding> changed = Stream.concat(
                        // What an agent without a record left elsewhere: it is not what the jail uses.
                        of(known.jail())
                                .filter(h -> !h.equals(known) && !h.isKept())
                                .map(h -> h.as(Holding.Fate.KEPT)),
                        Stream.of(new Holding(known.path(), known.jail(), customer, Holding.Fate.USED))
                                .filter(h -> !h.equals(known)))
                .toList();
        put(range, changed);
        return range;
    }

    private IdRange borne(Holding holding) {
        return Objects.requireNonNull(ranges.get(holding.jail()), "who has files has a range");
    }

    private void put(IdRange range, List<Holding> changed) {
        if (!changed.isEmpty()) {
            journal.append(changed.stream().map(h -> h.line(range)).toList());
            changed.forEach(h -> {
                Holding before = holdings.put(h.path(), h);
                keptChanged(h.isKept() || (before != null && before.isKept()));
            });
        }
    }

    private Claim takeOver(JailId jail, FilesClaim of, String path, Holding left) {
        IdRange range = borne(left);
        boolean same = left.customer().isEmpty()
                ? of.firstHostId().equals(OptionalLong.of(range.first()))
                : left.customer().equals(of.customer());
        if (!left.path().equals(path) || !left.isKept() || !same) {
            throw left.isKept()
                    ? KernelRefusal.permanent(
                            "RootPathRefused",
                            "the root path " + path
                                    + " is at, above or below kept files that are not this jail's; choose"
                                    + " another path, or have an operator delete those files")
                    : KernelRefusal.transientFailure(
                            "PathInUse", "the root path " + path + " is at, above or below the files of another jail");
        }
        refuseUncovered(left.jail());
        if (ranges.containsKey(jail)) {
            throw KernelRefusal.permanent(
                    "RootPathRefused",
                    "the root path " + path
                            + " holds kept files, which only a jail without files of its own can take over");
        }
        JailId predecessor = left.jail();
        pass(
                predecessor,
                jail,
                of(predecessor)
                        .map(h -> h.of(jail, of.customer()).as(h.equals(left) ? Holding.Fate.USED : Holding.Fate.KEPT))
                        .toList());
        return new Claim.Granted(range, false, Optional.of(predecessor));
    }

    private Optional<Holding> overlapping(JailId jail, String path) {
        List<Holding> atOrAbove = new ArrayList<>();
        for (Path part = Path.of(path); part != null; part = part.getParent()) {
            Optional.ofNullable(holdings.get(part.toString())).ifPresent(atOrAbove::add);
        }
        // In the order of characters '0' follows upon '/'.
        return Stream.concat(atOrAbove.stream(), holdings.subMap(path + "/", path + "0").values().stream())
                .filter(holding -> !holding.jail().equals(jail))
                .findFirst();
    }

    private Stream<Holding> of(JailId jail) {
        return holdings.values().stream().filter(holding -> holding.jail().equals(jail));
    }

    /** The jail's files are at another path now. */
    public synchronized void moved(JailId jail, String from, String to) {
        Holding before = Objects.requireNonNull(holdings.get(from), from);
        IdRange range = borne(before);
        Holding after = new Holding(to, jail, before.customer(), Holding.Fate.USED);
        journal.append(List.of(after.line(range), jail + " left " + from));
        holdings.remove(from);
        holdings.put(to, after);
        keptChanged(before.isKept());
    }

    /** Nothing is left in this directory. */
    public synchronized void left(JailId jail, String path) {
        Holding holding = holdings.get(path);
        if (holding != null && holding.jail().equals(jail)) {
            journal.append(List.of(jail + " left " + path));
            holdings.remove(path);
            keptChanged(holding.isKept());
        }
    }

    /** All directories of the jail are this customer's from now on; on disk once {@link #awaitDurable} has returned. */
    public synchronized void own(JailId jail, String customer) {
        IdRange range = ranges.get(jail);
        if (range != null && !customer.isEmpty()) {
            put(
                    range,
                    of(jail).filter(h -> !h.customer().equals(customer))
                            .map(h -> h.of(jail, customer))
                            .toList());
        }
    }

    /** The jail is removed and its files stay; one without files gives its range back. */
    public synchronized void keep(JailId jail) {
        IdRange range = ranges.get(jail);
        if (range == null) {
            // The server may believe that files are left at this path; a new version has it told which files there are.
            version++;
            return;
        }
        put(
                range,
                of(jail).filter(h -> !h.isKept())
                        .map(h -> h.as(Holding.Fate.KEPT))
                        .toList());
        freeWithoutFiles(jail);
    }

    /** The directories in which the jail has files; also those at {@code path} of which it is not known whose they are. */
    public synchronized List<Holding> heldBy(JailId jail, String path) {
        return holdings.values().stream()
                .filter(h -> h.jail().equals(jail)
                        || (h.path().equals(path) && h.isKept() && h.customer().isEmpty()))
                .toList();
    }

    /** Whether another jail has files in this directory, or above or below it. */
    public synchronized boolean isAnothers(JailId jail, String path) {
        return overlapping(jail, path).isPresent();
    }

    /** Gives the jail's range to whoever comes next, unless there is a directory that may bear its ids. */
    public synchronized void freeWithoutFiles(JailId jail) {
        if (ranges.containsKey(jail) && of(jail).findAny().isEmpty()) {
            journal.append(List.of(jail + " free"));
            disown(jail);
        }
    }

    public synchronized FilesReport report() {
        if (kept == null) {
            kept = holdings.values().stream()
                    .filter(Holding::isKept)
                    .map(h ->
                            new KeptFiles(h.jail(), pathOf(h.path()), h.customer(), OptionalLong.of(borne(h).first())))
                    .toList();
        }
        return new FilesReport(version, layout.hostIdRanges(), ranges.size(), kept);
    }

    private void keptChanged(boolean changed) {
        if (changed) {
            kept = null;
            version++;
        }
    }

    /** A range that no jail gets, until it is offered; empty where all are in use. */
    public synchronized Optional<IdRange> holdBack() {
        return takeNext().map(this::range);
    }

    /** The next new jail gets this range, which was held back. */
    public synchronized void offer(IdRange range) {
        offered.add(slotOf(range.first()));
    }

    /** The range that was offered is held back again; false where a jail has got it. */
    public synchronized boolean withdraw(IdRange range) {
        return offered.remove(slotOf(range.first()));
    }

    /** The range that was held back may be any new jail's again, unless it has become a jail's. */
    public synchronized void giveBack(IdRange range) {
        int slot = slotOf(range.first());
        if (!owners.containsKey(range)) {
            offered.remove(slot);
            taken.clear(slot);
        }
    }

    /** The jail runs, and has this range, whether or not that was on disk. */
    public synchronized void adopt(JailId jail, IdRange range) {
        if (!covers(range) || !ranges.getOrDefault(jail, range).equals(range)) {
            return;
        }
        JailId owner = owners.getOrDefault(range, jail);
        List<Holding> found = of(owner).toList();
        if (!ranges.containsKey(owner)) {
            journal.append(List.of(jail + " " + range.first()));
            own(jail, range);
        } else if (owner.equals(jail)) {
            if (found.size() == 1) {
                put(
                        range,
                        found.stream()
                                .filter(Holding::isKept)
                                .map(h -> h.as(Holding.Fate.USED))
                                .toList());
            }
        } else if (!found.isEmpty()
                && found.stream().allMatch(h -> h.isKept() && h.customer().isEmpty())) {
            // The record was lost while the jail ran: the files that bear its ids are its own.
            pass(
                    owner,
                    jail,
                    found.stream()
                            .map(h -> h.of(jail, "").as(Holding.Fate.USED))
                            .toList());
        }
    }

    private void pass(JailId from, JailId to, List<Holding> passed) {
        IdRange range = Objects.requireNonNull(ranges.get(from), "who has files has a range");
        journal.append(Stream.concat(Stream.of(from + " free"), passed.stream().map(h -> h.line(range)))
                .toList());
        disown(from);
        own(to, range);
        passed.forEach(h -> holdings.put(h.path(), h));
        keptChanged(true);
    }

    private interface Lines {
        List<String> of(IdRange range);
    }

    private IdRange give(JailId jail, Optional<IdRange> wanted, Lines lines) {
        boolean prepared = wanted.isEmpty() && !offered.isEmpty();
        int slot = wanted.map(range -> slotOf(range.first())).orElseGet(() -> prepared ? offered.remove() : nextSlot());
        IdRange range = range(slot);
        try {
            journal.append(lines.of(range));
        } catch (UncheckedIOException e) {
            if (prepared) {
                offered.addFirst(slot);
            } else {
                taken.clear(slot);
            }
            throw e;
        }
        own(jail, range);
        return range;
    }

    private int nextSlot() {
        return takeNext().orElseThrow(() -> {
            long keeping = holdings.values().stream()
                    .filter(Holding::isKept)
                    .map(Holding::jail)
                    .distinct()
                    .count();
            return KernelRefusal.transientFailure(
                    "IdRangesExhausted",
                    "all " + layout.hostIdRanges() + " ranges of user ids of this host are in use, " + keeping
                            + " of them by kept files, which can be deleted");
        });
    }

    private void own(JailId jail, IdRange range) {
        ranges.put(jail, range);
        owners.put(range, jail);
        if (covers(range)) {
            taken.set(slotOf(range.first()));
        }
    }

    private void disown(JailId jail) {
        IdRange range = ranges.remove(jail);
        if (range != null) {
            owners.remove(range);
            holdings.values().removeIf(holding -> holding.jail().equals(jail));
            if (covers(range)) {
                taken.clear(slotOf(range.first()));
            }
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
    public boolean covers(IdRange range) {
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
    public synchronized Optional<JailId> jailOf(long id) {
        return Optional.ofNullable(owners.get(IdRange.ofNumber(IdRange.numberOf(id))));
    }

    /**
     * Returns once all that has been recorded so far is on disk.
     *
     * @throws UncheckedIOException if it cannot be brought there; another call tries again
     */
    public synchronized void awaitDurable() {
        try {
            journal.awaitDurable();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KernelRefusal.transientFailure("AgentStops", "the agent is stopping");
        }
    }

    /** A path below the root base, as the record has it: as its name on the disk reads. */
    public String recorded(RootPath path) {
        String relative = layout.rootBase().relativize(Path.of(path.value())).toString();
        return new String(relative.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    public RootPath pathOf(String recorded) {
        return new RootPath(layout.rootBase().resolve(recorded).toString());
    }

    @Override
    public void close() {
        journal.close();
    }
}
