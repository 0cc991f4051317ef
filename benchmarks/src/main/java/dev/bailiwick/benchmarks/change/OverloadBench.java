package dev.bailiwick.benchmarks.change;

import dev.bailiwick.benchmarks.report.Machine;
import dev.bailiwick.benchmarks.report.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Sends one host far more definitions than it can start at once: nearly all for one customer, and then a few for others. Meanwhile
 * records the backlog that the host reports, and stops single jails. Removes all jails at the end.
 */
final class OverloadBench {

    private static final int SENDERS = 8;
    private static final int FEW = 50;
    private static final int OTHERS = 3;
    private static final long MAX_STANDSTILL_SECONDS = 40;
    private static final Pattern ID = Pattern.compile("\\{\"id\":\"([^\"]+)\",\"name\":\"([^\"]+)\"");

    private final Instance instance;
    private final int number;
    private final String host;
    private final Map<String, String> ids = new ConcurrentHashMap<>();
    private final Samples stops = new Samples();
    private final Parts stopParts = new Parts();
    private final List<String> progress = new ArrayList<>();
    private final Report report = new Report("./bench overload");
    private volatile boolean over;

    private OverloadBench(Instance instance, int number) throws IOException {
        this.instance = instance;
        this.number = number;
        this.host = instance.host();
    }

    /** Takes the instance's data directory and port, a directory of tools, the number of definitions, and the document to write. */
    public static void main(String[] arguments) throws Exception {
        OverloadBench overload = new OverloadBench(
                new Instance(Path.of(arguments[0]), Integer.parseInt(arguments[1])), Integer.parseInt(arguments[3]));
        overload.run();
        overload.report.publish(Path.of(arguments[4]));
    }

    private void run() throws Exception {
        long began = System.nanoTime();
        try (ExecutorService threads = Executors.newCachedThreadPool();
                Connection watching = instance.connect()) {
            Future<?> stopping = threads.submit(() -> {
                stopNowAndThen();
                return null;
            });
            Future<Double> sending = threads.submit(() -> send(began));
            Map<String, Double> doneAfter = new LinkedHashMap<>();
            String end = watch(watching, began, sending, doneAfter);
            over = true;
            stopping.get();
            double sentAfter = sending.get();
            double tookAway = takeAway();
            write(sentAfter, doneAfter, end, tookAway);
        }
    }

    /** @return the seconds until the server had accepted all */
    private double send(long began) throws Exception {
        String many;
        List<String> few = new ArrayList<>();
        try (Connection connection = instance.connect()) {
            many = customer(connection, "Many");
            for (int i = 1; i <= OTHERS; i++) {
                few.add(customer(connection, "Few " + i));
            }
        }
        sendAll("many-", many, number - OTHERS * FEW);
        for (int i = 0; i < OTHERS; i++) {
            sendAll("few-" + (i + 1) + "-", few.get(i), FEW);
        }
        return (System.nanoTime() - began) / 1e9;
    }

    private static String customer(Connection connection, String name) throws IOException {
        return Instance.field(
                connection
                        .send("POST", "/customers", "{\"name\":\"" + name + "\"}")
                        .expecting(2)
                        .body(),
                "id");
    }

    private void sendAll(String prefix, String customer, int count) throws Exception {
        AtomicInteger next = new AtomicInteger();
        each(connection -> {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                String name = prefix + i;
                String answer = connection
                        .send("POST", "/jails", Instance.definition(name, customer, host))
                        .expecting(2)
                        .body();
                ids.put(name, Instance.field(answer, "id"));
            }
        });
    }

    private interface Work {
        void with(Connection connection) throws IOException;
    }

    private void each(Work work) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(SENDERS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                all.add(threads.submit(() -> {
                    try (Connection connection = instance.connect()) {
                        work.with(connection);
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    /** @return how the run ended, as a sentence */
    private String watch(Connection connection, long began, Future<?> sending, Map<String, Double> doneAfter)
            throws Exception {
        long best = Long.MAX_VALUE;
        long movedAt = System.nanoTime();
        for (int second = 1; ; second++) {
            Thread.sleep(1000);
            String shown =
                    connection.send("GET", "/hosts/" + host, "").expecting(2).body();
            long waiting = Long.parseLong(Instance.field(shown, "waiting"));
            double at = (System.nanoTime() - began) / 1e9;
            if (second % 5 == 0) {
                String left = shown.contains("estimatedSeconds") ? Instance.field(shown, "estimatedSeconds") : "";
                progress.add("| %.0f | %d | %d | %s | %s |"
                        .formatted(at, ids.size(), waiting, Instance.field(shown, "perSecond"), left));
                System.out.println(progress.getLast());
            }
            if (!sending.isDone() || waiting < best) {
                movedAt = System.nanoTime();
                best = waiting;
            }
            if (sending.isDone()) {
                sending.get();
                for (int i = 1; i <= OTHERS; i++) {
                    if (!doneAfter.containsKey("Few " + i) && runs(connection, "few-" + i + "-" + (FEW - 1))) {
                        doneAfter.put("Few " + i, at);
                    }
                }
                if (waiting == 0) {
                    doneAfter.put("Many", at);
                    return ended(connection);
                }
            }
            if ((System.nanoTime() - movedAt) / 1e9 > MAX_STANDSTILL_SECONDS) {
                return "Ended with " + waiting + " jails waiting, after no progress for " + MAX_STANDSTILL_SECONDS
                        + " s. " + ended(connection);
            }
        }
    }

    private String ended(Connection connection) throws IOException {
        for (String phase : List.of("backing-off", "refused")) {
            String some = connection
                    .send("GET", "/jails?limit=1&phase=" + phase, "")
                    .expecting(2)
                    .body();
            Matcher reason = Pattern.compile("\"conditions\":\\[\\{\"reason\":\"([^\"]+)\",\"message\":\"([^\"]+)\"")
                    .matcher(some);
            if (reason.find()) {
                return "The machine had no room for more: jails are " + phase + ", " + reason.group(1) + ": "
                        + reason.group(2) + ".";
            }
        }
        return "All ran.";
    }

    private boolean runs(Connection connection, String name) throws IOException {
        String id = ids.get(name);
        return id != null && connection.send("GET", "/jails/" + id, "").body().contains("\"phase\":\"running\"");
    }

    /** Stops one running jail every other second. */
    private void stopNowAndThen() throws Exception {
        try (Connection connection = instance.connect()) {
            while (!over) {
                Thread.sleep(2000);
                Matcher running = ID.matcher(connection
                        .send("GET", "/jails?limit=1&phase=running", "")
                        .expecting(2)
                        .body());
                if (!running.find()) {
                    continue;
                }
                long sent = System.nanoTime();
                String stopped = connection
                        .send("POST", "/jails/" + running.group(1) + "/stop?wait=30s", "")
                        .expecting(2)
                        .body();
                long took = (System.nanoTime() - sent) / 1_000;
                stops.add(took);
                stopParts.record(stopped, took);
            }
        }
    }

    /** @return the seconds until all jails were gone */
    private double takeAway() throws Exception {
        System.out.println("Removing all jails");
        long began = System.nanoTime();
        List<String> all = List.copyOf(ids.values());
        AtomicInteger next = new AtomicInteger();
        each(own -> {
            for (int i = next.getAndIncrement(); i < all.size(); i = next.getAndIncrement()) {
                own.send("DELETE", "/jails/" + all.get(i) + "?files=delete", "").expecting(2);
            }
        });
        try (Connection connection = instance.connect()) {
            while (ID.matcher(connection
                            .send("GET", "/jails?limit=1", "")
                            .expecting(2)
                            .body())
                    .find()) {
                Thread.sleep(1000);
            }
        }
        return (System.nanoTime() - began) / 1e9;
    }

    private void write(double sentAfter, Map<String, Double> doneAfter, String end, double tookAway)
            throws IOException {
        report.line("## Overload");
        report.line("");
        report.line("By `./bench overload %d` on %s.", number, Machine.describe());
        report.line("");
        report.line(
                "%d definitions for one host, as fast as %d connections send them: %d for one customer, and then %d for each of %d others.",
                number, SENDERS, number - OTHERS * FEW, FEW, OTHERS);
        report.line("Meanwhile one jail is stopped every other second.");
        report.line("");
        report.line("| | |");
        report.line("|---|---|");
        report.line("| until all are stored | %.1f s, %.0f a second |", sentAfter, number / sentAfter);
        doneAfter.forEach(
                (customer, seconds) -> report.line("| until all of customer *%s* run | %.0f s |", customer, seconds));
        report.line(
                "| from the request until the jail is stopped: p50, p99, maximum of %d | %.0f, %.0f, %.0f ms |",
                stops.size(), stops.at(50), stops.at(99), stops.at(100));
        report.line("| until all are deleted, with their files | %.0f s |", tookAway);
        report.line("");
        report.line(
                "Parts of the stops, as in `./bench churn`, p50 and p99: %s ms.",
                stopParts.names().stream()
                        .map(part -> "%s %.0f, %.0f"
                                .formatted(
                                        part,
                                        stopParts.of(part).at(50),
                                        stopParts.of(part).at(99)))
                        .collect(Collectors.joining("; ")));
        report.line("");
        report.line("%s Meanwhile `GET /api/v1/hosts/{id}` and the host's page showed:", end);
        report.line("");
        report.line("| second | sent | waiting | a second | left, s |");
        report.line("|---|---|---|---|---|");
        int every = Math.max(1, progress.size() / 12);
        for (int i = 0; i < progress.size(); i += every) {
            report.line("%s", progress.get(i));
        }
    }
}
