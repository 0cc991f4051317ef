package dev.bailiwick.benchmarks.change;

import dev.bailiwick.benchmarks.report.Machine;
import dev.bailiwick.benchmarks.report.Plot;
import dev.bailiwick.benchmarks.report.Report;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures the time from {@code POST /api/v1/jails?wait} to the answer that the jail runs, with few and with many clients that
 * steadily create and delete jails. In the same run it measures the time that other programs need to start a container.
 */
final class ChurnBench {

    private static final int[] CLIENTS = {1, 8, 64};
    private static final double CHANGES_PER_SECOND = 20;
    private static final int PEER_ROUNDS = 30;

    private final Instance instance;
    private final Report report = new Report("./bench churn");

    private ChurnBench(Instance instance) {
        this.instance = instance;
    }

    /**
     * Takes the instance's data directory and port, a directory of tools, the minutes for each number of clients, and the document to
     * write.
     */
    public static void main(String[] arguments) throws Exception {
        ChurnBench bench = new ChurnBench(new Instance(Path.of(arguments[0]), Integer.parseInt(arguments[1])));
        Path tools = Path.of(arguments[2]);
        int minutes = Integer.parseInt(arguments[3]);
        System.out.println("Warming up for a minute, at three times the rate");
        new Churn(bench.instance, 8, 1, 3 * CHANGES_PER_SECOND).run();
        List<Churn> churns = new ArrayList<>();
        Map<String, Samples> peers = Daemons.installed(tools);
        for (int clients : CLIENTS) {
            System.out.println(clients + " clients for " + minutes + " min");
            churns.add(new Churn(bench.instance, clients, minutes, CHANGES_PER_SECOND).run());
            Daemons.run(tools, peers, PEER_ROUNDS / CLIENTS.length);
        }
        Path document = Path.of(arguments[4]);
        bench.write(churns, peers, minutes, document);
        bench.report.publish(document);
    }

    private void write(List<Churn> churns, Map<String, Samples> peers, int minutes, Path document) throws Exception {
        report.line("## From the request to the running jail");
        report.line("");
        report.line("By `./bench churn %d` on %s.", minutes, Machine.describe());
        report.line("");
        report.line(
                "From `POST /api/v1/jails?wait` to the answer that the jail runs, as each client sees it, in milliseconds. By then definition");
        report.line(
                "and audit are durable in PostgreSQL, the definition is durable on the host, and the jail's init runs with its own addresses.");
        report.line(
                "Clients create and delete jails, %.0f changes a second, at times that do not depend on the answers. Server, PostgreSQL,",
                CHANGES_PER_SECOND);
        report.line("agent, jails and clients share the processors.");
        report.line("");
        report.line("| clients | minute | created | p50 | p95 | p99 |");
        report.line("|---|---|---|---|---|---|");
        for (Churn churn : churns) {
            for (int minute = 0; minute < churn.minutes; minute++) {
                row(churn.clients, String.valueOf(minute + 1), churn.byMinute.get(minute));
            }
            row(churn.clients, "all, %.1f changes/s".formatted(churn.changesPerSecond()), churn.all);
        }
        report.line("");
        report.line("%s", plot(churns, peers).write(document, "churn"));
        report.line("");
        report.line("### Parts");
        report.line("");
        report.line(
                "*request*: from the arrival of the request until the definition is written; *commit*: until it is committed and read for the");
        report.line(
                "host; *push*: until it is sent; *accept*: until it is on the host's disk; *host*: until the host's report is stored; *answer*:");
        report.line(
                "the rest, for the client, and for reading the jail and answering. The server's clock measures these; the host's clock measures");
        report.line(
                "its steps (*host: …*), which are parts of *host*. The page of a jail draws the same for its last change.");
        report.line("");
        report.line("| part |%s", columns(churns, " %d clients: p50 | p99 |"));
        report.line("|---|%s", "---|---|".repeat(churns.size()));
        for (String part : churns.getLast().parts.names()) {
            StringBuilder row = new StringBuilder("| " + part + " |");
            for (Churn churn : churns) {
                Samples samples = churn.parts.of(part);
                row.append(" %s | %s |".formatted(number(samples.at(50)), number(samples.at(99))));
            }
            report.line("%s", row);
        }
        report.line("");
        report.line("### Other programs");
        report.line("");
        report.line(
                "From the command to a detached container that runs, on the same machine, between the runs above. None of these programs");
        report.line("stores a definition, gives the container an address, or receives its command over a network.");
        report.line("");
        report.line("| | p50 | p99 | ratio to Bailiwick with one client, p50 |");
        report.line("|---|---|---|---|");
        double ours = churns.getFirst().all.at(50);
        peers.forEach((name, samples) -> report.line(
                "| %s | %s | %s | %s |",
                name, number(samples.at(50)), number(samples.at(99)), number(samples.at(50) / ours)));
        Daemons.absent().forEach(name -> report.line("| %s | did not run here | | |", name));
    }

    private static Plot plot(List<Churn> churns, Map<String, Samples> peers) {
        Plot plot = new Plot("From the request until it runs: p50 to p99");
        for (Churn churn : churns) {
            for (int minute = 0; minute < churn.minutes; minute++) {
                Samples samples = churn.byMinute.get(minute);
                plot.add(
                        "Bailiwick, %d clients, minute %d".formatted(churn.clients, minute + 1),
                        true,
                        samples.at(50),
                        samples.at(99));
            }
        }
        peers.forEach((name, samples) -> plot.add(name, false, samples.at(50), samples.at(99)));
        return plot;
    }

    private void row(int clients, String minute, Samples samples) {
        report.line(
                "| %d | %s | %d | %s | %s | %s |",
                clients,
                minute,
                samples.size(),
                number(samples.at(50)),
                number(samples.at(95)),
                number(samples.at(99)));
    }

    private static String columns(List<Churn> churns, String form) {
        StringBuilder columns = new StringBuilder();
        churns.forEach(churn -> columns.append(form.formatted(churn.clients)));
        return columns.toString();
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.2f", value);
    }
}
