package dev.bailiwick.benchmarks.change;

import dev.bailiwick.benchmarks.report.Machine;
import dev.bailiwick.benchmarks.report.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Creates jails one after another, and deletes each before the next. Measures the time from {@code POST /api/v1/jails?wait} to the
 * answer that the jail runs, for the first jails after a start, and again once server and agent are warm.
 */
final class CreateBench {

    private static final int COLD = 200;
    private static final int WARM_UP = 1000;
    private static final double TARGET_MILLIS = 25;

    private final Instance instance;
    private final String customer;
    private final Path jails;
    private final Report report = new Report("./bench create");

    private record Measurement(Samples requests, Parts parts) {
        Measurement() {
            this(new Samples(), new Parts());
        }
    }

    private CreateBench(Path data, int port) throws Exception {
        instance = new Instance(data, port);
        customer = instance.customer();
        jails = data.resolve("jails");
    }

    /** Takes the instance's data directory and port, a directory of tools, the number of jails, and the document to write. */
    public static void main(String[] arguments) throws Exception {
        CreateBench create = new CreateBench(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        int number = Integer.parseInt(arguments[3]);
        Measurement cold = new Measurement();
        Measurement warm = new Measurement();
        try (Connection connection = create.instance.connect()) {
            create.measure(connection, 0, COLD, cold);
            create.measure(connection, COLD, WARM_UP, new Measurement());
            create.measure(connection, WARM_UP, WARM_UP + number, warm);
        }
        create.write(number, cold, warm);
        create.report.publish(Path.of(arguments[4]));
        if (warm.requests.at(50) > TARGET_MILLIS) {
            System.exit(1);
        }
    }

    private void measure(Connection connection, int from, int to, Measurement into) throws IOException {
        for (int number = from; number < to; number++) {
            String definition = definition(number);
            long sent = System.nanoTime();
            String jail = connection
                    .send("POST", "/jails?wait=10s", definition)
                    .expecting(2)
                    .body();
            long took = (System.nanoTime() - sent) / 1_000;
            if (!jail.contains("\"running\",\"generation\"")) {
                throw new IllegalStateException("the jail does not run: " + jail);
            }
            into.requests.add(took);
            into.parts.record(jail, took);
            connection
                    .send("DELETE", "/jails/" + Instance.field(jail, "id") + "?files=delete&wait=10s", "")
                    .expecting(2);
        }
    }

    private String definition(int number) {
        String name = "bench-" + number;
        return """
                {"name":"%s","customer":"%s","hostname":"%s.example","ip":"198.19.%d.%d","path":"%s/%s","base":"thin",\
                "policy":{"profile":"hosting","overrides":[{"call":"ptrace","decision":"deny","reason":"Measurement with one override"}]},\
                "command":["/bin/sh","-c","trap 'exit 0' TERM; sleep infinity & wait"],"wanted":"running"}""".formatted(name, customer, name, 1 + number / 250, 1 + number % 250, jails, name);
    }

    private void write(int number, Measurement cold, Measurement warm) throws Exception {
        double median = warm.requests.at(50);
        report.line("## One creation after another");
        report.line("");
        report.line("By `./bench create %d` on %s.", number, Machine.describe());
        report.line("");
        report.line(
                "From `POST /api/v1/jails?wait` to the answer that the jail runs, as the only client sees it, in milliseconds. Each jail is");
        report.line(
                "deleted before the next. *Cold*: the first %d after the second start of server and agent, with the cache of the first start",
                COLD);
        report.line("(JEP 514, 515); *warm*: %d jails after the first %d.", number, WARM_UP);
        report.line("");
        report.line("| | p50 | p95 | p99 |");
        report.line("|---|---|---|---|");
        row("cold", cold.requests);
        row("warm", warm.requests);
        report.line("");
        report.line(
                "The target is %.0f ms for the warm p50: %s.",
                TARGET_MILLIS, median > TARGET_MILLIS ? "missed" : "met");
        report.line("");
        report.line("The parts are those of `./bench churn`.");
        report.line("");
        report.line("| part | cold p50 | cold p99 | warm p50 | warm p99 |");
        report.line("|---|---|---|---|---|");
        Set<String> names = new LinkedHashSet<>(warm.parts.names());
        names.addAll(cold.parts.names());
        for (String name : names) {
            Samples before = cold.parts.of(name);
            Samples after = warm.parts.of(name);
            report.line(
                    "| %s | %s | %s | %s | %s |",
                    name, number(before.at(50)), number(before.at(99)), number(after.at(50)), number(after.at(99)));
        }
    }

    private void row(String name, Samples samples) {
        report.line(
                "| %s | %s | %s | %s |", name, number(samples.at(50)), number(samples.at(95)), number(samples.at(99)));
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.2f", value);
    }
}
