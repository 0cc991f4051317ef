package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.report.OomKills;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A jail with limits takes as much memory, processor time and processes as it can get: its limits hold, and a neighbour answers
 * meanwhile. It has a {@code main}, because a guest has no build to run it.
 */
public final class LimitsTrial implements AutoCloseable {

    private static final Set<String> CONTROLLERS = Set.of("cgroup.cpu", "cgroup.memory", "cgroup.pids");

    static final List<String> WAYS_TO_FILL_MEMORY =
            List.of("anonymous", "memfd", "tmpfs", "segments", "sockets", "tables", "ramfs", "sizeless");

    /** They need mounts that only profile {@code system} permits. */
    private static final Set<String> WAYS_OF_A_SYSTEM = Set.of("ramfs", "sizeless");

    private static final long MEMORY = 64L << 20;
    private static final int PAGE = 4096;
    private static final int PROCESSES = 128;
    private static final int CPU_MILLIS = 200;
    private static final Duration WATCHED = Duration.ofSeconds(2);
    private static final int REQUESTS = 100;
    private static final long SLOWEST_P95_MICROS = 1_000_000;
    private static final String[] GROWING = {"/usr/bin/perl", "-e", "$x = q(x) x 500_000_000"};
    private static final String WHOLE_JAIL = "killed, its init too";

    private final TestHost host = new TestHost();
    private final Path program;

    /** @param program the compiled {@code src/test/c/attacks} */
    LimitsTrial(Path program) throws IOException {
        this.program = program;
    }

    /**
     * The result of one attack.
     *
     * @param took what the attacker got
     * @param during the neighbour's latency during the attack
     * @param broken promises that were broken
     */
    record Finding(String attack, String took, Latency before, Latency during, List<String> broken) {

        Finding {
            broken = List.copyOf(broken);
        }

        @Override
        public String toString() {
            return "%s: %s%n  neighbour before %s%n  during %s%n".formatted(attack, took, before, during)
                    + (broken.isEmpty() ? "" : "  broken: " + broken + "\n");
        }
    }

    /** Returns whether this host can enforce limits at all. */
    boolean isPossible() {
        return host.kernel.facts().capabilities().stream()
                        .filter(capability -> CONTROLLERS.contains(capability.name()) && capability.available())
                        .count()
                == CONTROLLERS.size();
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<Attack> attacks = new ArrayList<>();
        WAYS_TO_FILL_MEMORY.forEach(way -> attacks.add(trial -> trial.fillMemory(way)));
        attacks.addAll(List.of(LimitsTrial::spin, LimitsTrial::share, LimitsTrial::forkBomb, LimitsTrial::causes));
        boolean held = ResourcesTrial.run().isEmpty();
        held &= EntryTrial.run().isEmpty();
        for (Attack attack : attacks) {
            try (LimitsTrial trial = new LimitsTrial(Path.of(arguments[0]))) {
                Finding finding = attack.on(trial);
                System.out.print(finding);
                held &= finding.broken.isEmpty();
            }
        }
        System.out.println(held ? "limits: held" : "limits: not as promised");
    }

    private interface Attack {
        Finding on(LimitsTrial trial) throws IOException, InterruptedException;
    }

    /** Fills memory in one of the ways, up to four times the jail's limit; the kernel kills within the jail. */
    Finding fillMemory(String way) throws IOException, InterruptedException {
        Limits limits = new Limits(OptionalLong.of(MEMORY), OptionalInt.empty(), OptionalInt.empty());
        try (Neighbour neighbour = new Neighbour(host)) {
            long availableBefore = available();
            Latency before = neighbour.measure(REQUESTS);
            JailId attacker = host.newId();
            BlockingQueue<OomKills> reported = new LinkedBlockingQueue<>();
            host.kernel.onOomKills((jail, oom) -> {
                if (jail.equals(attacker)) {
                    reported.add(oom);
                }
            });
            Profile profile = WAYS_OF_A_SYSTEM.contains(way) ? Profile.SYSTEM : Profile.HOSTING;
            host.start(attacker, definition("attacker", profile, limits, "/attacks", "memory", way));
            // The kernel kills a process that holds the memory, or all of the jail if no process holds it; it may also
            // make a call fail.
            awaitStopped(attacker);
            Latency during = neighbour.measure(REQUESTS);

            long peak = Long.parseLong(read(attacker, "memory.peak"));
            long kills = number(attacker, "memory.events", "oom_kill");
            long neighbourKills = number(neighbour.id(), "memory.events", "oom_kill");
            String first = host.logOf(attacker).lines().findFirst().orElse(WHOLE_JAIL);
            host.kernel.release(attacker);
            long lost = availableBefore - awaitAvailable(availableBefore - MEMORY / 2);

            List<String> broken = new ArrayList<>();
            check(broken, peak <= MEMORY, "it had " + peak + " bytes");
            check(
                    broken,
                    kills > 0 || first.contains("ENOMEM") || first.contains("ENOSPC"),
                    "it was not stopped: " + first);
            if (kills > 0) {
                checkReport(broken, reported);
            }
            check(broken, neighbourKills == 0, "the neighbour lost processes to it");
            check(broken, lost <= MEMORY / 2, lost + " bytes of the host's memory did not come back");
            checkAnswers(broken, during);
            return new Finding(
                    "memory, " + way,
                    "%s; at most %,d KiB, %d killed".formatted(first.strip(), peak >> 10, kills),
                    before,
                    during,
                    broken);
        }
    }

    /** Runs sixteen processes that never wait, on a fifth of a processor. */
    Finding spin() throws IOException, InterruptedException {
        Limits limits = new Limits(OptionalLong.empty(), OptionalInt.empty(), OptionalInt.of(CPU_MILLIS));
        try (Neighbour neighbour = new Neighbour(host)) {
            Latency before = neighbour.measure(REQUESTS);
            JailId attacker = host.newId();
            host.start(attacker, definition("attacker", limits, "/attacks", "spin"));
            host.awaitLog(attacker, "spinners");
            long begin = System.nanoTime();
            long used = cpuNanos(attacker);
            Latency during = neighbour.measure(REQUESTS);
            pause(WATCHED.minusNanos(System.nanoTime() - begin));
            double share = (double) (cpuNanos(attacker) - used) / (System.nanoTime() - begin);
            host.kernel.release(attacker);

            List<String> broken = new ArrayList<>();
            // The limit permits one period of 100 ms more than the time itself.
            check(broken, share <= CPU_MILLIS / 1000.0 * 1.1, "it had " + share + " of a processor");
            checkAnswers(broken, during);
            return new Finding(
                    "processor, limited to 0.2", "%.3f of a processor".formatted(share), before, during, broken);
        }
    }

    /** Runs sixteen processes against a neighbour with one for each processor, without limits: all jails have the same weight. */
    Finding share() throws IOException, InterruptedException {
        int processors = Runtime.getRuntime().availableProcessors();
        try (Neighbour neighbour = new Neighbour(host)) {
            Latency before = neighbour.measure(REQUESTS);
            JailId attacker = host.newId();
            JailId victim = host.newId();
            host.start(attacker, definition("attacker", Limits.NONE, "/attacks", "spin"));
            host.awaitLog(attacker, "spinners");
            Latency during = neighbour.measure(REQUESTS);
            host.start(victim, definition("victim", Limits.NONE, "/bin/sh", "-c", spinners(processors)));
            long begin = System.nanoTime();
            long used = cpuNanos(victim);
            pause(WATCHED);
            double share = (double) (cpuNanos(victim) - used) / (System.nanoTime() - begin) / processors;
            host.kernel.release(attacker);
            host.kernel.release(victim);

            List<String> broken = new ArrayList<>();
            check(broken, share >= 0.4, "the neighbour had only " + share + " of the processors");
            checkAnswers(broken, during);
            return new Finding(
                    "processor, without a limit",
                    "a neighbour that wants as much got %.0f %% of the processors".formatted(100 * share),
                    before,
                    during,
                    broken);
        }
    }

    Finding forkBomb() throws IOException, InterruptedException {
        Limits limits = new Limits(OptionalLong.empty(), OptionalInt.of(PROCESSES), OptionalInt.empty());
        try (Neighbour neighbour = new Neighbour(host)) {
            Latency before = neighbour.measure(REQUESTS);
            JailId attacker = host.newId();
            host.start(attacker, definition("attacker", limits, "/attacks", "fork-bomb"));
            host.awaitLog(attacker, "processes ");
            Latency during = neighbour.measure(REQUESTS);
            long processes = Long.parseLong(read(attacker, "pids.current"));
            long refused = number(attacker, "pids.events", "max");
            host.kernel.release(attacker);

            List<String> broken = new ArrayList<>();
            check(broken, processes <= PROCESSES, "it had " + processes + " processes");
            check(broken, refused > 0, "no fork was refused");
            checkAnswers(broken, during);
            return new Finding("processes, limited to " + PROCESSES, processes + " processes", before, during, broken);
        }
    }

    /** Returns the conditions without what the kernel's log adds where it can be read: that it killed processes. */
    private static List<String> causesOf(List<String> conditions) {
        return conditions.stream().filter(one -> !one.equals("OomKilled")).toList();
    }

    /**
     * Lets a jail end by each of its limits; its host says which it was. The second one says nothing itself. The third one has no limit:
     * its host has no more memory for all jails together.
     */
    Finding causes() throws IOException, InterruptedException {
        Limits memory = new Limits(OptionalLong.of(MEMORY), OptionalInt.empty(), OptionalInt.empty());
        Limits processes = new Limits(OptionalLong.empty(), OptionalInt.of(PROCESSES), OptionalInt.empty());
        String forking = "exec 2>/dev/null; while :; do sleep 1000 & done";
        try (Neighbour neighbour = new Neighbour(host)) {
            Latency before = neighbour.measure(REQUESTS);
            List<String> ofMemory = CauseOfEnd.of(host, definition("remembering", memory, GROWING));
            List<String> ofProcesses = CauseOfEnd.of(host, definition("forking", processes, "/bin/sh", "-c", forking));
            List<String> ofHost = inLittleMemory(neighbour.id(), definition("growing", Limits.NONE, GROWING));
            Latency during = neighbour.measure(REQUESTS);

            List<String> broken = new ArrayList<>();
            check(
                    broken,
                    causesOf(ofMemory).equals(List.of("Ended", "MemoryLimit")),
                    "the end by memory was " + ofMemory);
            check(
                    broken,
                    ofProcesses.equals(List.of("Ended", "ProcessLimit")),
                    "the end by processes was " + ofProcesses);
            check(
                    broken,
                    causesOf(ofHost).equals(List.of("Ended", "KilledFromOutside")),
                    "the end by the host's memory was " + ofHost);
            return new Finding(
                    "causes of ends", ofMemory + ", " + ofProcesses + " and " + ofHost, before, during, broken);
        }
    }

    /** Returns the reasons of a jail's end where all jails of the host together may have little more than one may have. */
    private List<String> inLittleMemory(JailId any, JailDefinition definition)
            throws IOException, InterruptedException {
        Path all = host.cgroupOf(any).resolveSibling("memory.max");
        Path swap = all.resolveSibling("memory.swap.max");
        Files.writeString(swap, "0");
        Files.writeString(all, Long.toString(2 * MEMORY));
        try {
            return CauseOfEnd.of(host, definition);
        } finally {
            Files.writeString(all, "max");
            Files.writeString(swap, "max");
        }
    }

    private void awaitStopped(JailId jail) throws IOException {
        long deadline = System.nanoTime() + 3 * TestHost.PATIENCE.toNanos();
        while (!host.logOf(jail).contains("megabytes") && isRunning(jail)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the attack neither stopped nor finished: " + host.logOf(jail));
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    private boolean isRunning(JailId jail) {
        return host.kernel.observe().stream().anyMatch(observed -> observed.id().equals(jail) && observed.isRunning());
    }

    private JailDefinition definition(String name, Limits limits, String... argv) throws IOException {
        return definition(name, Profile.HOSTING, limits, argv);
    }

    private JailDefinition definition(String name, Profile profile, Limits limits, String... argv) throws IOException {
        JailDefinition plain = TestHost.withProgram(host.definition(name, argv), program, "attacks");
        return DefinitionVariant.of(plain)
                .policy(Policy.of(profile))
                .limits(limits)
                .definition();
    }

    private static String spinners(int count) {
        return "while :; do :; done & ".repeat(count) + "wait";
    }

    private static void check(List<String> broken, boolean kept, String otherwise) {
        if (!kept) {
            broken.add(otherwise);
        }
    }

    private static void checkReport(List<String> broken, BlockingQueue<OomKills> reported) throws InterruptedException {
        OomKills kills = reported.poll(10, TimeUnit.SECONDS);
        check(
                broken,
                kills != null
                        && kills.shortOf() == OomKills.ShortOf.JAIL_LIMIT
                        && !kills.largest().isEmpty(),
                "the kills were reported as " + kills);
    }

    private static void checkAnswers(List<String> broken, Latency during) {
        check(broken, during.p95Micros() < SLOWEST_P95_MICROS, "the neighbour did not answer within a second");
    }

    private String read(JailId jail, String file) throws IOException {
        return Files.readString(host.cgroupOf(jail).resolve(file)).strip();
    }

    private long number(JailId jail, String file, String name) throws IOException {
        return read(jail, file)
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    private long cpuNanos(JailId jail) throws IOException {
        return 1_000 * number(jail, "cpu.stat", "usage_usec");
    }

    /**
     * Returns the bytes that the host can give out, and those of this process, which may grow. Free pages on the processors' own lists
     * (tens of megabytes if the kernel keeps huge pages ready) are also free, but MemAvailable does not count them.
     */
    private static long available() throws IOException {
        return 1024 * numbers("/proc/meminfo", "MemAvailable:")
                + PAGE * numbers("/proc/zoneinfo", "count:")
                + 1024 * numbers("/proc/self/status", "VmRSS:");
    }

    /** Returns the sum of all values of a name in a file. */
    private static long numbers(String file, String name) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .map(String::strip)
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    /** Waits until freed memory shows, which takes a moment. */
    private static long awaitAvailable(long wanted) throws IOException {
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        while (available() < wanted && System.nanoTime() < deadline) {
            LockSupport.parkNanos(10_000_000);
        }
        return available();
    }

    /** Lets time pass while something is observed; it does not wait for an event. */
    static void pause(Duration duration) throws InterruptedException {
        if (duration.isPositive()) {
            Thread.sleep(duration);
        }
    }

    @Override
    public void close() throws IOException {
        host.close();
    }
}
