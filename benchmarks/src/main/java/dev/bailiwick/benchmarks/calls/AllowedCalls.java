package dev.bailiwick.benchmarks.calls;

import static dev.bailiwick.benchmarks.report.Percentiles.at;

import dev.bailiwick.benchmarks.report.Report;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Measures what the filter costs an allowed call, beside the same call under a filter that allows everything, and without a filter. */
final class AllowedCalls {

    private static final double MAX_RATIO = 1.03;

    private final MeasuredJails jails;
    private final Report report;
    private final Targets targets;

    AllowedCalls(MeasuredJails jails, Report report, Targets targets) {
        this.jails = jails;
        this.report = report;
        this.targets = targets;
    }

    /** One run of the program, in nanoseconds per call. */
    private record Turn(double getpid, double read) {

        static Turn of(String output) {
            return new Turn(fastest(output, "getpid "), fastest(output, "read "));
        }

        private static double fastest(String output, String call) {
            return output.lines()
                    .filter(line -> line.startsWith(call))
                    .mapToDouble(line -> Double.parseDouble(line.split(" ", -1)[2]))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(output));
        }
    }

    void run(int rounds) throws IOException, InterruptedException {
        List<Turn> inside = new ArrayList<>();
        List<Turn> allowing = new ArrayList<>();
        List<Turn> without = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            inside.add(inside());
            allowing.add(outside("allow"));
            without.add(outside("none"));
        }
        report.line("");
        report.line(
                "An allowed call, in nanoseconds. In each of %d rounds, each variant makes 200 times 1,000 calls, and the fastest thousand counts.",
                rounds);
        report.line("");
        report.line("| | p50 | p25–p75 | p50: ratio to a filter that allows everything |");
        report.line("|---|---|---|---|");
        double getpid = rows(
                "getpid",
                inside.stream().mapToDouble(Turn::getpid).toArray(),
                allowing.stream().mapToDouble(Turn::getpid).toArray(),
                without.stream().mapToDouble(Turn::getpid).toArray());
        double read = rows(
                "read",
                inside.stream().mapToDouble(Turn::read).toArray(),
                allowing.stream().mapToDouble(Turn::read).toArray(),
                without.stream().mapToDouble(Turn::read).toArray());
        targets.require(
                getpid <= MAX_RATIO,
                "getpid under `hosting` takes %.3f of its time under a filter that allows everything, target %.2f",
                getpid,
                MAX_RATIO);
        targets.require(
                read <= MAX_RATIO,
                "read under `hosting` takes %.3f of its time under a filter that allows everything, target %.2f",
                read,
                MAX_RATIO);
    }

    /** Writes the rows of one call; returns the ratio of its time inside a jail to that under a filter that allows everything. */
    private double rows(String call, double[] inside, double[] allowing, double[] without) {
        double ratio = at(inside, 50) / at(allowing, 50);
        report.line(
                "| %s in a jail, under `hosting` | %.1f | %.1f–%.1f | %.3f |",
                call, at(inside, 50), at(inside, 25), at(inside, 75), ratio);
        report.line(
                "| %s under a filter that allows everything | %.1f | %.1f–%.1f | 1.000 |",
                call, at(allowing, 50), at(allowing, 25), at(allowing, 75));
        report.line(
                "| %s without a filter | %.1f | %.1f–%.1f | %.3f |",
                call, at(without, 50), at(without, 25), at(without, 75), at(without, 50) / at(allowing, 50));
        return ratio;
    }

    /** Runs the program in a new jail, whose log contains only the figures of this run. */
    private Turn inside() throws IOException, InterruptedException {
        JailDefinition jail = jails.definition("measured", "198.19.251.1", "/calls", "cost", "none");
        JailId id = jails.start(jail);
        jails.awaitEnd(id);
        String output = jails.logOf(id);
        jails.release(id);
        jails.deleteFiles(id, jail);
        return Turn.of(output);
    }

    private Turn outside(String filter) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(jails.program().toString(), "cost", filter)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(output);
        }
        return Turn.of(output);
    }
}
