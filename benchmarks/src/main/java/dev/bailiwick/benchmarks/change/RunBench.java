package dev.bailiwick.benchmarks.change;

import dev.bailiwick.benchmarks.report.Machine;
import dev.bailiwick.benchmarks.report.Report;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Runs one command in a jail of its own by {@code POST /api/v1/jails:run}, in turns with the creation of a jail, which is the larger part of it
 * and the measure for the rest.
 */
final class RunBench {

    private static final int WARM_UP = 1000;
    private static final double TARGET_RATIO = 1.3;

    private final Connection connection;
    private final String customer;
    private final String host;
    private final Samples runs = new Samples();
    private final Samples creations = new Samples();

    private RunBench(Instance instance) throws IOException {
        this.connection = instance.connect();
        this.customer = instance.customer();
        this.host = instance.host();
    }

    /** Takes the instance's data directory and port, a directory of tools, the number of runs, and the document to write. */
    public static void main(String[] arguments) throws Exception {
        int number = Integer.parseInt(arguments[3]);
        RunBench bench = new RunBench(new Instance(Path.of(arguments[0]), Integer.parseInt(arguments[1])));
        try (bench.connection) {
            for (int i = 0; i < WARM_UP + number; i++) {
                long created = bench.create("bench-" + i);
                long ran = bench.run("run-" + i);
                if (i >= WARM_UP) {
                    bench.creations.add(created);
                    bench.runs.add(ran);
                }
            }
        }
        bench.write(number, Path.of(arguments[4]));
    }

    private String definition(String name) {
        return Instance.definition(name, customer, host);
    }

    private long create(String name) throws IOException {
        long sent = System.nanoTime();
        String jail = connection
                .send("POST", "/jails?wait=10s", definition(name))
                .expecting(2)
                .body();
        long took = (System.nanoTime() - sent) / 1_000;
        connection
                .send("DELETE", "/jails/" + Instance.field(jail, "id") + "?files=delete&wait=10s", "")
                .expecting(2);
        return took;
    }

    private long run(String name) throws IOException {
        long sent = System.nanoTime();
        String end = connection
                .send("POST", "/jails:run", "{\"jail\":" + definition(name) + ",\"command\":[\"/bin/true\"]}")
                .expecting(2)
                .body();
        long took = (System.nanoTime() - sent) / 1_000;
        if (!Instance.field(end, "exitCode").equals("0")) {
            throw new IllegalStateException(end);
        }
        return took;
    }

    private void write(int number, Path document) throws Exception {
        Report report = new Report("./bench run");
        double ratio = runs.at(50) / creations.at(50);
        report.line("## One command in a jail of its own");
        report.line("");
        report.line("By `./bench run %d` on %s.", number, Machine.describe());
        report.line("");
        report.line(
                "`POST /api/v1/jails:run` of `/bin/true`, in turns with the creation of such a jail, in milliseconds. The target is %.1f times",
                TARGET_RATIO);
        report.line("the p50 of the creation: it was %.2f times.", ratio);
        report.line("");
        report.line("| | p50 | p95 | p99 |");
        report.line("|---|---|---|---|");
        report.line("| run | %.2f | %.2f | %.2f |", runs.at(50), runs.at(95), runs.at(99));
        report.line("| created | %.2f | %.2f | %.2f |", creations.at(50), creations.at(95), creations.at(99));
        report.publish(document);
    }
}
