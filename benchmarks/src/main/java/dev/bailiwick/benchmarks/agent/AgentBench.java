package dev.bailiwick.benchmarks.agent;

import dev.bailiwick.benchmarks.report.Machine;
import dev.bailiwick.benchmarks.report.Report;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.syscall.Profile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Measures what an agent costs its host: an installed agent, with a link to this program as its server, runs many jails, is killed,
 * and finds them again.
 */
final class AgentBench {

    private static final int STARTS = 5;
    private static final int CHANGES = 200;
    private static final int IDLE_SECONDS = 20;
    private static final Logger LINK_LOG = Logger.getLogger("io.grpc");

    private final Path directory;
    private final Path program;
    private final LocalServer server;
    private final Report report = new Report("./bench agent");

    private AgentBench(Path directory, Path program) throws Exception {
        this.directory = directory;
        this.program = program;
        this.server = new LocalServer(directory);
    }

    /** Takes a working directory, the agent's launcher, the numbers of jails, and the document to write. */
    public static void main(String[] arguments) throws Exception {
        // The log would only report that an agent was killed.
        LINK_LOG.setLevel(Level.OFF);
        AgentBench bench = new AgentBench(Path.of(arguments[0]), Path.of(arguments[1]));
        List<Integer> counts =
                Arrays.stream(arguments[2].split(",", -1)).map(Integer::valueOf).toList();
        try {
            bench.run(counts);
        } finally {
            bench.server.close();
        }
        bench.report.publish(Path.of(arguments[3]));
    }

    // ---- measurements -----------------------------------------------------------------------------------------------

    private void run(List<Integer> counts) throws Exception {
        List<Row> rows = new ArrayList<>();
        for (int count : counts) {
            rows.add(measure(count));
        }
        report.line("## The agent itself");
        report.line("");
        report.line(
                "By `./bench agent` on %s. An installed agent, on a link with mutual TLS, with idle jails",
                Machine.describe());
        report.line(
                "(`sleep`, addresses, profile `hosting`) that keep running while it is killed and started again: the median of %d starts.",
                STARTS);
        report.line(
                "The agent is *ready* once it has found all jails, watches them, reads their consoles and works towards the desired state.");
        report.line("");
        report.line(
                "| jails | %s |",
                String.join(" | ", rows.stream().map(row -> "" + row.jails).toList()));
        report.line("|---|%s|", String.join("|", rows.stream().map(_ -> "---").toList()));
        line(
                rows,
                "from the start of its process until ready, ms (minimum to maximum)",
                row -> "%d (%d–%d)".formatted(row.ready.get(STARTS / 2), row.ready.getFirst(), row.ready.getLast()));
        line(rows, "until connected, and all jails reported, ms", row -> "" + row.reported.get(STARTS / 2));
        line(rows, "memory after a start: RSS, MiB", row -> "%.1f".formatted(row.started.rss() / 1024.0));
        line(
                rows,
                "idle memory of the agent that started the jails: RSS, MiB",
                row -> "%.1f".formatted(row.idleFirst.rss() / 1024.0));
        line(rows, "idle memory after a start: RSS, MiB", row -> "%.1f".formatted(row.idle.rss() / 1024.0));
        line(rows, "of that, PSS", row -> "%.1f".formatted(row.idle.pss() / 1024.0));
        line(rows, "of that, private", row -> "%.1f".formatted(row.idle.ownKilobytes() / 1024.0));
        line(rows, "of that, files (libraries, class archive)", row -> "%.1f".formatted(row.idle.files() / 1024.0));
        line(rows, "share of a processor, idle for " + IDLE_SECONDS + " s, %", row -> "%.2f".formatted(row.idleShare));
        line(rows, "file descriptors", row -> "" + row.descriptors);
        line(rows, "threads", row -> "" + row.threads);
        line(
                rows,
                "until a change is accepted durably: p50, p99, ms",
                row -> "%.2f, %.2f"
                        .formatted(row.accepted.get(CHANGES / 2) / 1e6, row.accepted.get(CHANGES * 99 / 100) / 1e6));
        line(rows, "processor time of the agent per change, ms", row -> "%.2f".formatted(row.changeMillis));
    }

    private interface Cell {
        String of(Row row);
    }

    private void line(List<Row> rows, String name, Cell cell) {
        report.line(
                "| %s | %s |",
                name, String.join(" | ", rows.stream().map(cell::of).toList()));
    }

    private record Row(
            int jails,
            List<Long> ready,
            List<Long> reported,
            AgentProcess.Memory started,
            AgentProcess.Memory idleFirst,
            AgentProcess.Memory idle,
            double idleShare,
            long descriptors,
            long threads,
            List<Long> accepted,
            double changeMillis) {}

    private Row measure(int count) throws Exception {
        List<DesiredJail> jails = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            jails.add(jail(i, new JailId(UUID.randomUUID()), 1, WantedState.RUNNING));
        }
        server.desire(jails);
        AgentProcess agent = new AgentProcess(directory, program);
        try {
            agent.awaitReady();
            server.awaitReports("running", count);
            idle(agent);
            AgentProcess.Memory idleFirst = agent.memory();
            List<Long> ready = new ArrayList<>();
            List<Long> reported = new ArrayList<>();
            for (int i = 0; i < STARTS; i++) {
                agent.kill();
                server.forgetAgent();
                agent = new AgentProcess(directory, program);
                ready.add(agent.awaitReady());
                server.awaitReports("running", count);
                reported.add(agent.millis());
            }
            AgentProcess.Memory started = agent.memory();
            TimeUnit.SECONDS.sleep(IDLE_SECONDS);
            double idleShare = idle(agent);
            AgentProcess.Memory idle = agent.memory();
            long descriptors = agent.descriptors();
            long threads = agent.threads();
            long ran = agent.ran();
            List<Long> accepted = changes();
            double changeMillis = (agent.ran() - ran) / 1e6 / CHANGES;
            ready.sort(null);
            reported.sort(null);
            return new Row(
                    count,
                    ready,
                    reported,
                    started,
                    idleFirst,
                    idle,
                    idleShare,
                    descriptors,
                    threads,
                    accepted,
                    changeMillis);
        } finally {
            server.awaitReports("removed", server.removeAll());
            agent.kill();
        }
    }

    private static double idle(AgentProcess agent) throws Exception {
        long ran = agent.ran();
        long began = System.nanoTime();
        TimeUnit.SECONDS.sleep(IDLE_SECONDS);
        return (agent.ran() - ran) * 100.0 / (System.nanoTime() - began);
    }

    /** Changes the definition of one jail many times, so that nothing restarts; returns the nanoseconds of each change. */
    private List<Long> changes() throws Exception {
        JailId id = new JailId(UUID.randomUUID());
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i < CHANGES; i++) {
            long began = System.nanoTime();
            server.change(jail(60_000, id, i + 1, WantedState.STOPPED));
            nanos.add(System.nanoTime() - began);
            TimeUnit.MILLISECONDS.sleep(20);
        }
        nanos.sort(null);
        return nanos;
    }

    private DesiredJail jail(int number, JailId id, int generation, WantedState wanted) {
        return new DesiredJail.Present(
                id,
                generation,
                new JailDefinition(
                        new JailName("bench-" + number),
                        new Hostname("bench-" + number + ".example"),
                        new RootPath(directory.resolve("jails/" + id).toString()),
                        new Base.Thin(),
                        IpAddresses.of("198.19." + (number / 250) + "." + (1 + number % 250)),
                        Policy.of(Profile.HOSTING),
                        new Command(List.of("/usr/bin/sleep", "100000"), Map.of()),
                        Limits.NONE,
                        wanted));
    }
}
