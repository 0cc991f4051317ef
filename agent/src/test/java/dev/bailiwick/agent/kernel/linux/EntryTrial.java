package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.question.CommandRun;
import dev.bailiwick.jail.question.HostAnswer.How;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Commands enter a jail that has reached its limit of memory, and whose own processes the kernel does not kill. So it kills what enters, at
 * every point of its way: each entry may use a little more memory than the one before. {@link LimitsTrial} runs it where the kernel has the
 * controllers.
 */
final class EntryTrial implements AutoCloseable {

    private static final int ENTRIES = 300;
    private static final long PAGE = 4096;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** The agent's patience with what enters, and its reaping, on a slow machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final String NEVER_KILLED = "-1000";

    /** What the agent says of an entry that the kernel has ended. */
    private static final String OUT_OF_MEMORY = "JailOutOfMemory";

    private final TestHost host = new TestHost();
    private final JailId jail = host.newId();
    private final List<String> broken = new ArrayList<>();

    private EntryTrial() throws IOException {}

    /** Returns the promises that were broken. */
    static List<String> run() throws IOException {
        try (EntryTrial trial = new EntryTrial()) {
            trial.enterWithoutMemory();
            return trial.broken;
        }
    }

    private void enterWithoutMemory() throws IOException {
        String fill = "dd if=/dev/zero of=/dev/shm/filled bs=1M count=24; echo filled; exec sleep 100000";
        Limits limits = Limits.NONE
                .with(Limit.MEMORY, 96L << 20)
                .with(Limit.SHM, 64L << 20)
                .with(Limit.SWAP, 0);
        host.start(
                jail,
                DefinitionVariant.of(host.definition("without-memory", "/bin/sh", "-c", fill))
                        .limits(limits)
                        .definition());
        host.awaitLog(jail, "filled");
        check("entry: there is room before", enter().equals(new How.Exited(0)), "there is none");
        Set<String> processes = awaitProcesses(Set.of());
        for (String process : processes) {
            Files.writeString(Path.of("/proc", process, "oom_score_adj"), NEVER_KILLED);
        }
        Set<String> children = children();
        long descriptors = descriptors();

        Map<String, Integer> ends = new TreeMap<>();
        Duration longest = Duration.ZERO;
        for (int i = 0; i < ENTRIES; i++) {
            // What can be reclaimed is none of what it holds.
            limit("0");
            limit(Long.toString(Long.parseLong(read("memory.current")) + i * PAGE));
            long begun = System.nanoTime();
            ends.merge(inWords(enter()), 1, Integer::sum);
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            longest = took.compareTo(longest) > 0 ? took : longest;
        }

        System.out.println("entry: of " + ENTRIES + " into a jail without memory " + ends + ", the longest took "
                + longest.toMillis() + " ms; " + number("memory.events", "oom_kill") + " processes were killed");
        check("entry: nothing hangs", longest.compareTo(PATIENCE) < 0, longest.toString());
        check("entry: the kernel kills what enters", ends.getOrDefault(OUT_OF_MEMORY, 0) > 0, ends.toString());
        check(
                "entry: each begins, or is refused with the reason",
                ends.keySet().stream().allMatch(end -> end.equals(OUT_OF_MEMORY) || end.startsWith("begun")),
                ends.toString());
        check("entry: the jail's own processes go on", awaitProcesses(processes).equals(processes), "others are there");
        check("entry: no child of the agent is left", children().equals(children), children() + ", was " + children);
        check("entry: no descriptor is left", descriptors() <= descriptors, descriptors() + ", was " + descriptors);
        limit("max");
        check("entry: there is room afterwards", enter().equals(new How.Exited(0)), "there is none");
    }

    private void limit(String bytes) throws IOException {
        Files.writeString(host.cgroupOf(jail).resolve("memory.max"), bytes);
    }

    private How enter() {
        Command command = new Command(List.of("/bin/true"), Map.of());
        return host.kernel
                .run(new CommandRun(jail, command, Optional.empty(), WorkingDirectory.ROOT, "", LIMIT))
                .how();
    }

    private static String inWords(How how) {
        return switch (how) {
            case How.Exited(int status) -> "begun, exited " + status;
            case How.Killed(int signal) -> "begun, killed by " + signal;
            case How.TimedOut() -> "timed out";
            case How.Refused(String reason, String why) -> reason.equals(OUT_OF_MEMORY) ? reason : reason + ": " + why;
        };
    }

    /** Returns the processes of the jail; waits while others than these are there, if any are named. */
    private Set<String> awaitProcesses(Set<String> wanted) throws IOException {
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        Set<String> found = Set.copyOf(read("cgroup.procs").lines().toList());
        while (!wanted.isEmpty() && !found.equals(wanted) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(10_000_000);
            found = Set.copyOf(read("cgroup.procs").lines().toList());
        }
        return found;
    }

    /** Returns the processes whose parent is this one, also those that have ended and are not reaped. */
    private static Set<String> children() throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            Set<String> found = new TreeSet<>();
            for (Path thread : threads.toList()) {
                found.addAll(List.of(read(thread.resolve("children")).split(" ")));
            }
            found.remove("");
            return found;
        }
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> found = Files.list(Path.of("/proc/self/fd"))) {
            return found.collect(Collectors.counting());
        }
    }

    private String read(String file) throws IOException {
        return read(host.cgroupOf(jail).resolve(file));
    }

    private static String read(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file).strip() : "";
    }

    private long number(String file, String name) throws IOException {
        return read(file)
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    private void check(String promise, boolean kept, String found) {
        System.out.println(promise + ": " + (kept ? "yes" : "NO: " + found));
        if (!kept) {
            broken.add(promise);
        }
    }

    @Override
    public void close() throws IOException {
        host.close();
    }
}
