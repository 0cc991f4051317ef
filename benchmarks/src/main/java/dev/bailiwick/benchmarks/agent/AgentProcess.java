package dev.bailiwick.benchmarks.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The process of an agent, run by its launcher. */
final class AgentProcess {

    static final String CGROUP = "bailiwick-agent-bench";

    /** Memory in kilobytes, as in proc_pid_smaps(5) and proc_pid_status(5). */
    record Memory(long rss, long pss, long ownKilobytes, long files) {}

    private final Path directory;
    private final long began = System.nanoTime();
    private final Process process;
    private final BlockingQueue<Long> ready = new LinkedBlockingQueue<>();

    AgentProcess(Path directory, Path program) throws IOException {
        this.directory = directory;
        Path log = directory.resolve("agent.log");
        process = new ProcessBuilder(
                        program.toString(),
                        "run",
                        "--state",
                        directory.resolve("state").toString(),
                        "--root-base",
                        directory.resolve("jails").toString(),
                        "--runtime",
                        directory.resolve("run").toString(),
                        "--logs",
                        directory.resolve("logs").toString(),
                        "--cgroup",
                        CGROUP,
                        "--first-host-id",
                        "1744830464",
                        "--host-id-ranges",
                        "2000")
                .redirectErrorStream(true)
                .start();
        Thread.ofPlatform().daemon().start(() -> {
            try (BufferedReader lines = process.inputReader();
                    var copy = Files.newBufferedWriter(log)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.contains(" Reconciler: ") && line.contains("reconciling")) {
                        ready.add(millis());
                    }
                    copy.append(line).append('\n').flush();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    long millis() {
        return (System.nanoTime() - began) / 1_000_000;
    }

    long awaitReady() throws InterruptedException {
        Long millis = ready.poll(60, TimeUnit.SECONDS);
        if (millis == null) {
            throw new IllegalStateException(
                    "the agent is not ready within a minute: " + directory.resolve("agent.log"));
        }
        return millis;
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    Memory memory() throws IOException {
        return new Memory(
                field("status", "VmRSS:"),
                field("smaps_rollup", "Pss:"),
                field("smaps_rollup", "Private_Clean:") + field("smaps_rollup", "Private_Dirty:"),
                field("status", "RssFile:"));
    }

    long threads() throws IOException {
        return field("status", "Threads:");
    }

    long descriptors() throws IOException {
        try (var all = Files.list(of("fd"))) {
            return all.count();
        }
    }

    /**
     * Returns the nanoseconds that the agent's threads have run (Documentation/scheduler/sched-stats.rst). No thread may end between
     * two calls.
     */
    long ran() throws IOException {
        try (var threads = Files.list(of("task"))) {
            long nanos = 0;
            for (Path thread : threads.toList()) {
                nanos += Long.parseLong(
                        Files.readString(thread.resolve("schedstat")).split(" ", -1)[0]);
            }
            return nanos;
        }
    }

    private long field(String file, String name) throws IOException {
        return Files.readAllLines(of(file)).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    private Path of(String file) {
        return Path.of("/proc/" + process.pid() + "/" + file);
    }
}
