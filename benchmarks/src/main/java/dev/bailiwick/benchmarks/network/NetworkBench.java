package dev.bailiwick.benchmarks.network;

import dev.bailiwick.benchmarks.report.Machine;
import dev.bailiwick.benchmarks.report.Percentiles;
import dev.bailiwick.benchmarks.report.Report;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures throughput and connections a second between a jail and a server beyond its host, beside a path without jails, with few jails and
 * with many, without rules and with; and what passes a jail whose bandwidth is limited.
 */
final class NetworkBench {

    private static final int ROUNDS = 5;
    private static final int ROUNDS_WITH_RULES = 3;
    private static final int RULES_OF_OTHERS = 20;
    private static final List<Integer> OWN_RULES = List.of(0, 20, 200);
    private static final long LIMIT = 100_000_000;

    private final Namespaces namespaces;
    private final RoutedJails jails;
    private final String seconds;
    private final Report report;

    /** In bits a second, and connections a second. */
    private record Samples(List<Double> sent, List<Double> received, List<Double> connections) {

        private Samples() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    private NetworkBench(Namespaces namespaces, RoutedJails jails, String seconds, Report report) {
        this.namespaces = namespaces;
        this.jails = jails;
        this.seconds = seconds;
        this.report = report;
    }

    /** Takes a working directory, the directory with the compiled programs, the seconds of each measurement, the numbers of jails, and the document to write. */
    public static void main(String[] arguments) throws Exception {
        Report report = new Report("./bench network");
        report.line("## Through a jail's link");
        report.line("");
        report.line(
                "By `./bench network` on %s; load of other work at the start %s.", Machine.describe(), Machine.load());
        Path tools = Path.of(arguments[1]);
        try (Namespaces namespaces = new Namespaces(tools.resolve("network"));
                RoutedJails jails = new RoutedJails(Path.of(arguments[0]), tools.resolve("pause"))) {
            new NetworkBench(namespaces, jails, arguments[2], report).run(arguments[3].split(",", -1));
        }
        report.publish(Path.of(arguments[4]));
    }

    private void run(String[] counts) throws IOException, InterruptedException {
        report.line("");
        report.line("| jails | path | sent, Gbit/s | received, Gbit/s | connections a second |");
        report.line("|---|---|---|---|---|");
        int first = jails.start(Limits.NONE);
        List<String> ruled = new ArrayList<>();
        for (String count : counts) {
            while (jails.count() < Integer.parseInt(count)) {
                jails.start(Limits.NONE);
            }
            Samples plain = new Samples();
            Samples jail = new Samples();
            // In turns, so that other work on the machine meets both.
            for (int round = 0; round < ROUNDS; round++) {
                measure(namespaces.near(), Namespaces.FAR, plain);
                measure(first, Namespaces.BEYOND, jail);
            }
            report.line(
                    "| %s | without jails | %.2f | %.2f | %.0f |",
                    count, gigabits(plain.sent), gigabits(plain.received), median(plain.connections));
            report.line(
                    "| %s | jail | %.2f | %.2f | %.0f |",
                    count, gigabits(jail.sent), gigabits(jail.received), median(jail.connections));
            ruled.addAll(withRules(first, count));
            report.line(
                    "| %s | ratio | %.2f | %.2f | %.2f |",
                    count,
                    median(jail.sent) / median(plain.sent),
                    median(jail.received) / median(plain.received),
                    median(jail.connections) / median(plain.connections));
        }
        report.line("");
        report.line(
                "Medians of %d turns of %s s each. A turn measures both paths: one TCP connection, and one client that connects and resets. The path without jails has a router without rules; the jails are real ones with a process each, two of a customer. What is sent is measured by the sender, whose buffer makes it a little more.",
                ROUNDS, seconds);
        reportRules(ruled);
        int limited = jails.start(Limits.NONE.with(Limit.BANDWIDTH_IN, LIMIT).with(Limit.BANDWIDTH_OUT, LIMIT));
        Samples bounded = new Samples();
        for (int round = 0; round < ROUNDS; round++) {
            measure(limited, Namespaces.BEYOND, bounded);
        }
        report.line(
                "With `bandwidthIn` and `bandwidthOut` of 100 Mbit/s a jail sends %.1f and receives %.1f Mbit/s of data.",
                median(bounded.sent) / 1e6, median(bounded.received) / 1e6);
    }

    /** Measures one jail with few and many rules, while each of the others has some. */
    private List<String> withRules(int first, String count) throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        jails.rule(1, jails.count(), RULES_OF_OTHERS);
        for (int own : OWN_RULES) {
            jails.rule(0, 1, own);
            Samples plain = new Samples();
            Samples jail = new Samples();
            for (int round = 0; round < ROUNDS_WITH_RULES; round++) {
                measureOut(namespaces.near(), Namespaces.FAR, plain);
                measureOut(first, Namespaces.BEYOND, jail);
            }
            lines.add("| %s | %d | %.2f | %.0f | %.2f | %.2f |"
                    .formatted(
                            count,
                            own,
                            gigabits(jail.sent),
                            median(jail.connections),
                            median(jail.sent) / median(plain.sent),
                            median(jail.connections) / median(plain.connections)));
        }
        jails.rule(0, jails.count(), 0);
        return lines;
    }

    private void reportRules(List<String> lines) {
        report.line("");
        report.line(
                "With rules of their own: each of the other jails has %d, and the measured one as many as named, which all of its packets meet and none of which matches.",
                RULES_OF_OTHERS);
        report.line("");
        report.line(
                "| jails | rules of the jail | sent, Gbit/s | connections a second | sent, ratio to the path without jails | connections, ratio |");
        report.line("|---|---|---|---|---|---|");
        lines.forEach(line -> report.line("%s", line));
        report.line("");
        report.line("Medians of %d turns.", ROUNDS_WITH_RULES);
        report.line("");
    }

    private void measureOut(long pid, String address, Samples into) throws IOException, InterruptedException {
        String port = Integer.toString(Namespaces.PORT);
        into.sent.add(namespaces.measure(pid, "flow", address, port, seconds, "to"));
        into.connections.add(namespaces.measure(pid, "connect", address, port, seconds));
    }

    private void measure(long pid, String address, Samples into) throws IOException, InterruptedException {
        measureOut(pid, address, into);
        into.received.add(namespaces.measure(pid, "flow", address, Integer.toString(Namespaces.PORT), seconds, "from"));
    }

    private static double gigabits(List<Double> bits) {
        return median(bits) / 1e9;
    }

    private static double median(List<Double> values) {
        return Percentiles.at(values.stream().mapToDouble(Double::doubleValue).toArray(), 50);
    }
}
