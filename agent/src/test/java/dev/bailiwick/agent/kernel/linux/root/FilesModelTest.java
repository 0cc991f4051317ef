package dev.bailiwick.agent.kernel.linux.root;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.ids.IdRanges;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.FileTree;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.recording.Logs;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sequences of actions on the files of jails: define, redefine, fail to start, delete, keep, and restart the agent. The files are
 * real, with real owners. Every jail leaves a file with its owner's name, and then checks all files there as its root would see them.
 * With few ranges and few paths, jails often use the same ones.
 */
@NeedsRoot
class FilesModelTest {

    private static final long FIRST = 1_500_053_504L;
    private static final int RANGES = 5;
    private static final List<String> PATHS = List.of("a", "b", "c", "b/below", "d");
    private static final List<String> CUSTOMERS = List.of("anna", "berta");

    @TempDir
    private Path directory;

    /** A jail as its server knows it. */
    private record Known(String customer, String path) {}

    private final Map<JailId, Known> jails = new TreeMap<>();
    private final List<JailId> gone = new ArrayList<>();
    private int started;

    @Test
    void nobodyEverFindsAnothersFiles() throws IOException {
        long seed = Long.getLong("bailiwick.seed", 1);
        int steps = Boolean.getBoolean("bailiwick.long") ? 20_000 : 1_500;
        System.out.println("Files of jails: -Dbailiwick.seed=" + seed);
        Random random = new Random(seed);
        Files.createDirectories(directory.resolve("state"));
        Host host = new Host();
        try {
            for (int step = 0; step < steps; step++) {
                String what = step(host, random);
                if (random.nextInt(20) == 0) {
                    host.close();
                    host = new Host();
                }
                check(host, "seed " + seed + ", step " + step + ": " + what);
            }
        } finally {
            host.close();
            deleteState();
        }
        assertThat(started).as("successful starts").isGreaterThan(steps / 20);
    }

    private void deleteState() {
        try (Descriptor above = Linux.openat2(
                Constants.AT_FDCWD, directory.toString(), Constants.O_PATH | Constants.O_DIRECTORY, 0, 0)) {
            FileTree.delete(above, "state");
        }
    }

    private String step(Host host, Random random) throws IOException {
        String path = PATHS.get(random.nextInt(PATHS.size()));
        if (jails.isEmpty() || (jails.size() < RANGES && random.nextInt(8) < 3)) {
            JailId jail = new JailId(new UUID(random.nextLong(), random.nextLong()));
            Known defined = new Known(CUSTOMERS.get(random.nextInt(2)), path);
            jails.put(jail, defined);
            start(host, jail, defined, random);
            return "define " + jail + " as " + defined;
        }
        JailId jail = List.copyOf(jails.keySet()).get(random.nextInt(jails.size()));
        Known known = Objects.requireNonNull(jails.get(jail));
        return switch (random.nextInt(5)) {
            case 0, 1 -> {
                Known changed = new Known(known.customer, path);
                jails.put(jail, changed);
                start(host, jail, changed, random);
                yield "redefine " + jail + " as " + changed;
            }
            case 2 -> {
                start(host, jail, known, random);
                yield "start " + jail;
            }
            case 3 -> {
                jails.remove(jail);
                host.homes.delete(jail, host.path(known.path));
                yield "delete " + jail;
            }
            default -> {
                host.homes.keep(jail);
                jails.remove(jail);
                gone.add(jail);
                if (gone.size() > 1) {
                    host.homes.delete(gone.remove(random.nextInt(gone.size())), host.path(path));
                }
                yield "keep " + jail;
            }
        };
    }

    private void start(Host host, JailId jail, Known known, Random random) throws IOException {
        PreviousFiles previous = random.nextBoolean() ? PreviousFiles.MOVED : PreviousFiles.DELETED;
        FilesClaim claim = new FilesClaim(known.customer, previous, OptionalLong.empty());
        Runnable undo;
        try {
            undo = host.homes.claim(jail, host.definition(known.path), claim);
        } catch (KernelRefusal refused) {
            return;
        }
        IdRange range = host.ranges.find(jail).orElseThrow();
        Path root = directory.resolve("jails").resolve(known.path);
        boolean fails = random.nextInt(4) == 0;
        if (!fails || random.nextBoolean()) {
            give(root, range);
        }
        if (fails) {
            undo.run();
            return;
        }
        started++;
        Path note = root.resolve("root/note-" + known.customer);
        if (!Files.exists(note)) {
            Files.writeString(note, known.customer);
            Files.setAttribute(note, "unix:uid", (int) (range.first() + 1));
        }
        try (Stream<Path> seen = Files.walk(root)) {
            // Its root can read files with an id of the jail, whatever their mode.
            assertThat(seen.filter(file -> range.contains(owner(file)))
                            .map(file -> file.getFileName().toString())
                            .filter(name -> name.startsWith("note-")))
                    .allMatch(name -> name.equals("note-" + known.customer));
        }
    }

    /** Prepares an overlay's directory as {@link JailFiles#open} does. */
    private static void give(Path root, IdRange range) throws IOException {
        Files.createDirectories(root);
        if (owner(root) != range.first()) {
            assertThat(owner(root)).as(root.toString()).isZero();
            for (Path part : List.of(root.resolve("root"), root.resolve("work"), root)) {
                Files.createDirectories(part);
                Files.setAttribute(part, "unix:uid", (int) range.first());
            }
        }
    }

    /**
     * Checks that a range is free only if no file on the disk belongs to it, and that its files are where the record says and have one
     * customer.
     */
    private void check(Host host, String after) throws IOException {
        Map<IdRange, Set<String>> customers = new HashMap<>();
        Path base = directory.resolve("jails");
        try (Stream<Path> all = Files.walk(base)) {
            all.filter(file -> owner(file) != 0).forEach(file -> {
                IdRange range = IdRange.ofNumber(IdRange.numberOf(owner(file)));
                JailId owner = host.ranges
                        .jailOf(owner(file))
                        .orElseThrow(() -> new AssertionError(after + ": " + file + " bears a free range"));
                assertThat(host.ranges.heldBy(owner, ""))
                        .as("%s: the record of %s", after, file)
                        .anyMatch(holding -> file.startsWith(base.resolve(holding.path())));
                String name = file.getFileName().toString();
                if (name.startsWith("note-")) {
                    customers.computeIfAbsent(range, _ -> new HashSet<>()).add(name);
                }
            });
        }
        assertThat(customers.values()).as(after).allMatch(names -> names.size() == 1);
        assertThat(host.ranges.report().files())
                .as(after)
                .allSatisfy(kept -> assertThat(jails).doesNotContainKey(kept.jail()));
    }

    private static long owner(Path file) {
        try {
            return Integer.toUnsignedLong(
                    (Integer) Files.getAttribute(file, "unix:uid", java.nio.file.LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The parts of an agent that handle files. */
    private final class Host {

        private final HostLayout layout = new HostLayout(
                directory.resolve("jails"),
                directory.resolve("run"),
                directory.resolve("log"),
                directory.resolve("state"),
                "bailiwick-test",
                FIRST,
                RANGES);
        private final MountRemovals mountRemovals = new MountRemovals();
        private final IdRanges ranges = new IdRanges(layout);
        private final JailFiles files = new JailFiles(layout);
        private final JailHomes homes = new JailHomes(
                ranges, files, mountRemovals, new Logs(layout.logDirectory(), layout.logBytes(), Clock.systemUTC()));

        RootPath path(String relative) {
            return new RootPath(layout.rootBase().resolve(relative).toString());
        }

        JailDefinition definition(String relative) {
            return new JailDefinition(
                    new JailName("model"),
                    new Hostname("model.example"),
                    path(relative),
                    new Base.Thin(),
                    IpAddresses.of("198.18.200.1"),
                    Policy.of(Profile.HOSTING),
                    new Command(List.of("/bin/true"), Map.of()),
                    Limits.NONE,
                    WantedState.RUNNING);
        }

        void close() {
            mountRemovals.close();
            files.close();
            ranges.close();
        }
    }
}
