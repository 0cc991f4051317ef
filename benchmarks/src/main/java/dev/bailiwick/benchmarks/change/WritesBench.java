package dev.bailiwick.benchmarks.change;

import dev.bailiwick.benchmarks.report.Machine;
import dev.bailiwick.benchmarks.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures how fast many clients can change the definitions of stopped jails. Each client has its own jail. The jails are on hosts
 * without an agent, so that the server only has to store the changes.
 */
final class WritesBench {

    private static final int WRITERS = 64;
    private static final int WARM_UP_SECONDS = 5;
    private static final int BATCH = 5_000;
    private static final int ONE_BY_ONE = 200;
    private static final int[][] ROUNDS = {{1, 1}, {WRITERS, 1}, {WRITERS, 8}, {WRITERS, 64}};
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");

    private final Instance instance;
    private final Path data;
    private final String customer;
    private final int seconds;
    private final Report report = new Report("./bench writes");

    private WritesBench(Path data, int port, int seconds) throws Exception {
        this.instance = new Instance(data, port);
        this.data = data;
        this.customer = instance.customer();
        this.seconds = seconds;
    }

    /** Takes the instance's data directory and port, a directory of tools, the seconds of each round, and the document to write. */
    public static void main(String[] arguments) throws Exception {
        WritesBench writes =
                new WritesBench(Path.of(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[3]));
        writes.run();
        writes.report.publish(Path.of(arguments[4]));
    }

    private void run() throws Exception {
        report.line("## Changes by many clients");
        report.line("");
        report.line("By `./bench writes %d` on %s.", seconds, Machine.describe());
        report.line("");
        report.line(
                "Each client changes an environment variable of its own stopped jail, again as soon as the last change is answered, for %d s",
                seconds);
        report.line(
                "after a warm-up of %d s. Server, PostgreSQL and clients share the processors; the last three columns are the processor time",
                WARM_UP_SECONDS);
        report.line("of each for one change. Times are in milliseconds.");
        report.line("");
        report.line("| clients | hosts | changes a second | p50 | p99 | server | PostgreSQL | clients |");
        report.line("|---|---|---|---|---|---|---|---|");
        for (int round = 0; round < ROUNDS.length; round++) {
            measure(round, ROUNDS[round][0], ROUNDS[round][1]);
        }
        batches();
    }

    /** Measures actions on many jails in one batch, and the same number of removals one by one. */
    private void batches() throws Exception {
        List<String> one = jails(ROUNDS.length, ONE_BY_ONE, 1);
        List<String> many = jails(ROUNDS.length + 1, BATCH, 1);
        try (Connection connection = instance.connect()) {
            long began = System.nanoTime();
            for (String jail : one) {
                connection.send("DELETE", "/jails/" + jail, "").expecting(2);
            }
            double each = seconds(began) / ONE_BY_ONE;
            report.line("");
            report.line(
                    "Actions on %d such jails by one `POST /api/v1/jails:batch`, until the answer, in seconds. To remove them one by one",
                    BATCH);
            report.line("would take %.0f s (%d took %.1f ms each).", each * BATCH, ONE_BY_ONE, each * 1000);
            report.line("");
            report.line("| start | stop | restart | remove |");
            report.line("|---|---|---|---|");
            report.line(
                    "| %.1f | %.1f | %.1f | %.1f |",
                    act(connection, many, "start"),
                    act(connection, many, "stop"),
                    act(connection, many, "restart"),
                    act(connection, many, "remove"));
        }
    }

    private static double act(Connection connection, List<String> jails, String action) throws Exception {
        StringBuilder lines = new StringBuilder();
        jails.forEach(jail -> lines.append("{\"id\":\"" + jail + "\",\"action\":\"" + action + "\"}\n"));
        long began = System.nanoTime();
        connection
                .send("POST", "/jails:batch", lines.toString(), "application/x-ndjson")
                .expecting(2);
        return seconds(began);
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    private void measure(int round, int writers, int hosts) throws Exception {
        List<String> jails = jails(round, writers, hosts);
        Samples samples = new Samples();
        AtomicInteger changes = new AtomicInteger();
        long[] before = processorNanos();
        long from = System.nanoTime() + WARM_UP_SECONDS * 1_000_000_000L;
        long to = from + seconds * 1_000_000_000L;
        try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
            List<Future<?>> all = new ArrayList<>();
            for (String jail : jails) {
                all.add(threads.submit(() -> {
                    change(jail, from, to, samples, changes);
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        long[] after = processorNanos();
        String row = String.format(
                Locale.ROOT,
                "| %d | %d | %.0f | %.0f | %.0f | %.1f | %.1f | %.1f |",
                writers,
                hosts,
                (double) samples.size() / seconds,
                samples.at(50),
                samples.at(99),
                each(before[0], after[0], changes),
                each(before[1], after[1], changes),
                each(before[2], after[2], changes));
        report.line(row);
        System.out.println(row);
    }

    private static double each(long before, long after, AtomicInteger changes) {
        return (after - before) / 1e6 / changes.get();
    }

    /** Returns the processor time of the server, of PostgreSQL and of this program. */
    private long[] processorNanos() throws IOException {
        ProcessHandle postgres = process(data.resolve("server/postgresql/data/postmaster.pid"));
        return new long[] {
            nanos(process(data.resolve("server.pid"))),
            nanos(postgres)
                    + postgres.descendants().mapToLong(WritesBench::nanos).sum(),
            nanos(ProcessHandle.current())
        };
    }

    private static ProcessHandle process(Path file) throws IOException {
        return ProcessHandle.of(
                        Long.parseLong(Files.readAllLines(file).getFirst().strip()))
                .orElseThrow();
    }

    private static long nanos(ProcessHandle process) {
        return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
    }

    /** Changes the jail until {@code to}; counts the changes that are answered after {@code from}. */
    private void change(String jail, long from, long to, Samples samples, AtomicInteger changes) throws Exception {
        try (Connection connection = instance.connect()) {
            for (int number = 0; System.nanoTime() < to; number++) {
                long sent = System.nanoTime();
                connection
                        .send("PATCH", "/jails/" + jail, "{\"environment\":{\"NUMBER\":\"" + number + "\"}}")
                        .expecting(2);
                long answered = System.nanoTime();
                changes.incrementAndGet();
                if (answered >= from && answered < to) {
                    samples.add((answered - sent) / 1_000);
                }
            }
        }
    }

    private List<String> jails(int round, int number, int hosts) throws Exception {
        try (Connection connection = instance.connect()) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < hosts; i++) {
                String host = connection
                        .send("POST", "/hosts", "{\"name\":\"writes-" + round + "-" + i + "\"}")
                        .expecting(2)
                        .body();
                ids.add(Instance.field(host, "id"));
            }
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < number; i++) {
                String name = "writes-" + round + "-" + i;
                // A host without an agent has not reported its directory for jails, so each definition names a path.
                lines.append(Instance.definition(name, customer, ids.get(i % hosts))
                                .replace("{\"name\"", "{\"path\":\"/srv/" + name + "\",\"name\"")
                                .replace("\"running\"", "\"stopped\""))
                        .append('\n');
            }
            Matcher made = ID.matcher(connection
                    .send("POST", "/jails:batch", lines.toString(), "application/x-ndjson")
                    .expecting(2)
                    .body());
            return made.results().map(result -> result.group(1)).toList();
        }
    }
}
