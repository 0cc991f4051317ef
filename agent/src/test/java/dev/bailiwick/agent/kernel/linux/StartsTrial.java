package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Limits;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Resources that a start shares with the agent do no harm. It tests jails with the minimum of memory, beside a jail that never has enough
 * of it, and host settings that only a guest may change. It has a {@code main}, because a guest has no build to run it.
 */
public final class StartsTrial implements AutoCloseable {

    private static final long MIN_MEMORY_BYTES = 4 << 20;
    private static final String GET_DUMPABLE = "PR_GET_DUMPABLE";
    private static final int PR_GET_DUMPABLE = 3;

    private final TestHost host = new TestHost();
    private final Path program;
    private final List<String> broken = new ArrayList<>();

    private StartsTrial(Path program) throws IOException {
        this.program = program;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int starts = Integer.getInteger("bailiwick.starts", 1_000);
        try (StartsTrial trial = new StartsTrial(Path.of(arguments[0]))) {
            trial.standAboveTheHost();
            trial.refuseWhereMemoryIsShown();
            trial.runShortBesideASpare();
            trial.startUnderPressure(starts);
            trial.broken.forEach(promise -> System.out.println("broken: " + promise));
            System.out.println(trial.broken.isEmpty() ? "starts: hurt nobody" : "starts: not as promised");
        }
    }

    /** As in the unit: the kernel kills the agent last and its jails first. */
    private void standAboveTheHost() throws IOException {
        Path own = Path.of("/proc/self/oom_score_adj");
        Files.writeString(own, "-900");
        host.restartAgent();
        JailId jail = host.newId();
        int init = host.start(jail, host.definition("scored", "/bin/sh", "-c", """
                for lower in 0 -900 899; do
                    (echo $lower >/proc/self/oom_score_adj) 2>/dev/null && echo lowered to $lower
                done
                echo tried; exec sleep 1000
                """))
                .jail()
                .initPid()
                .orElseThrow();
        host.awaitLog(jail, "tried");
        String adjusted = read("/proc/" + init + "/oom_score_adj");
        long score = Long.parseLong(read("/proc/" + init + "/oom_score"));
        long agents = Long.parseLong(read("/proc/self/oom_score"));
        System.out.printf(
                "oom_score_adj: agent %s, jail %s; oom_score: agent %d, jail %d%n",
                read(own.toString()), adjusted, agents, score);
        check(adjusted.equals("900"), "a jail stands at " + adjusted);
        check(score > agents, "the agent is ended before a jail");
        check(read(own.toString()).equals("-900"), "a start moved the agent to " + read(own.toString()));
        check(host.logOf(jail).equals("tried\n"), "a jail lowered itself: " + host.logOf(jail));
        host.kernel.release(jail);
    }

    private void refuseWhereMemoryIsShown() throws IOException {
        Path setting = Path.of("/proc/sys/fs/suid_dumpable");
        Files.writeString(setting, "1");
        String refused;
        try {
            host.start(host.newId(), host.definition("shown", "/bin/true"));
            refused = "nothing";
        } catch (KernelRefusal refusal) {
            refused = refusal.detail();
        }
        boolean said = host.kernel.facts().capabilities().stream()
                .anyMatch(capability -> capability.name().equals("memory.private") && !capability.available());
        System.out.println("fs.suid_dumpable 1: " + refused);
        check(refused.startsWith("fs.suid_dumpable is 1"), "it was started with fs.suid_dumpable 1");
        check(said, "the host did not say that it refuses");
        for (String value : List.of("2", "0")) {
            Files.writeString(setting, value);
            JailId jail = host.newId();
            host.start(jail, host.definition("hidden-" + value, "/bin/true"));
            host.kernel.release(jail);
            long dumpable = Linux.call(SystemCall.PRCTL, GET_DUMPABLE, PR_GET_DUMPABLE, 0);
            check(dumpable == 0, "the agent is dumpable with fs.suid_dumpable " + value + ": " + dumpable);
        }
    }

    /**
     * A sandbox process that waits for its jail shares the memory of this process. Another process in its cgroup takes more memory than
     * there is, and the kernel must kill that one. If it killed the sandbox process, this process would die too.
     */
    private void runShortBesideASpare() throws IOException, InterruptedException {
        JailId jail = host.newId();
        host.start(jail, host.definition("first", "/bin/sleep", "100000"));
        Path groups = host.cgroupOf(jail).resolve("..");
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        List<Path> spares = List.of();
        while (spares.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(10_000_000);
            spares = groupsOfSpares(groups);
        }
        check(!spares.isEmpty(), "no sandbox was made in advance");
        for (Path spare : spares) {
            Files.writeString(spare.resolve("memory.max"), Long.toString(MIN_MEMORY_BYTES));
            Files.writeString(spare.resolve("memory.swap.max"), "0");
            Process hungry = new ProcessBuilder(
                            "/bin/sh",
                            "-c",
                            "echo $$ >" + spare.resolve("cgroup.procs")
                                    + "; exec perl -e 'my $x = \"x\" x 67108864; sleep 100'")
                    .inheritIO()
                    .start();
            int status = hungry.waitFor();
            System.out.println("short of memory beside a sandbox: ended with " + status);
            check(status == 128 + Constants.SIGKILL, "who took the memory was not ended, but said " + status);
            check(!Files.readString(spare.resolve("cgroup.procs")).isEmpty(), "the process of a sandbox was ended");
        }
        JailId next = host.newId();
        host.start(next, host.definition("next", "/bin/sleep", "100000"));
        host.kernel.release(next);
        host.kernel.release(jail);
    }

    private static List<Path> groupsOfSpares(Path groups) throws IOException {
        List<Path> spares = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(groups, Files::isDirectory)) {
            for (Path group : all) {
                String processes =
                        Files.readString(group.resolve("cgroup.procs")).strip();
                if (!processes.isEmpty()
                        && Files.isSameFile(
                                Path.of("/proc", processes.lines().findFirst().orElseThrow(), "exe"),
                                Path.of("/proc/self/exe"))) {
                    spares.add(group);
                }
            }
        }
        return spares;
    }

    private void startUnderPressure(int starts) throws IOException {
        JailId neighbour = host.newId();
        int init = host.start(neighbour, host.definition("neighbour", "/bin/sleep", "100000"))
                .jail()
                .initPid()
                .orElseThrow();
        JailId hungry = host.newId();
        host.start(hungry, limited("hungry", 64 << 20, "/attacks", "memory", "anonymous"));
        Map<String, Integer> outcomes = new TreeMap<>();
        long begin = System.nanoTime();
        for (int i = 0; i < starts; i++) {
            JailId jail = host.newId();
            // Jails that fit and jails that do not, alternately.
            JailDefinition definition = i % 2 == 0
                    ? limited("fitting", MIN_MEMORY_BYTES, "/attacks", "none")
                    : limited("large", MIN_MEMORY_BYTES, "/usr/bin/perl", "-e", "my $x = 'x' x 33554432");
            String outcome;
            try {
                host.start(jail, definition);
                outcome = "executed";
            } catch (KernelRefusal refusal) {
                outcome = refusal.detail().replaceAll("[0-9]+", "N");
                check(!refusal.isPermanent(), "a start is never tried again that failed so: " + outcome);
            }
            outcomes.merge(outcome, 1, Integer::sum);
            host.kernel.release(jail);
            host.kernel.deleteFiles(jail, definition.path(), definition.base());
        }
        System.out.printf(
                "%d starts with %d MiB in %d s: %s%n",
                starts, MIN_MEMORY_BYTES >> 20, (System.nanoTime() - begin) / 1_000_000_000, outcomes);
        // If the kernel had killed this process, nobody could report it.
        check(
                ProcessHandle.of(init).isPresent()
                        && host.kernel.observe().stream()
                                .anyMatch(jail -> jail.id().equals(neighbour) && jail.isRunning()),
                "the neighbour is gone");
        check(outcomes.getOrDefault("executed", 0) >= starts / 4, "hardly one was executed");
        host.kernel.release(hungry);
        host.kernel.release(neighbour);
    }

    private JailDefinition limited(String name, long memory, String... argv) throws IOException {
        JailDefinition plain = TestHost.withProgram(host.definition(name, argv), program, "attacks");
        return DefinitionVariant.of(plain)
                .limits(new Limits(OptionalLong.of(memory), OptionalInt.empty(), OptionalInt.empty()))
                .definition();
    }

    private void check(boolean kept, String otherwise) {
        if (!kept && !broken.contains(otherwise)) {
            broken.add(otherwise);
        }
    }

    private static String read(String file) throws IOException {
        return Files.readString(Path.of(file)).strip();
    }

    @Override
    public void close() throws IOException {
        host.close();
    }
}
