package dev.bailiwick.benchmarks.calls;

import dev.bailiwick.benchmarks.report.Machine;
import dev.bailiwick.benchmarks.report.Report;
import java.nio.file.Path;

/**
 * Measures what the filter costs an allowed call, beside a filter that allows everything; and what a jail with a hundred thousand
 * blocked calls a second costs the agent and a neighbour. Reports the targets that are missed.
 */
final class CallsBench {

    private CallsBench() {}

    /** Takes a working directory, the compiled program, the number of rounds, the seconds of each flood, and the document to write. */
    public static void main(String[] arguments) throws Exception {
        Report report = new Report("./bench calls");
        Targets targets = new Targets();
        report.line("## Calls");
        report.line("");
        report.line(
                "By `./bench calls` on %s; load of other work at the start %s.", Machine.describe(), Machine.load());
        try (MeasuredJails jails = new MeasuredJails(Path.of(arguments[0]), Path.of(arguments[1]))) {
            new AllowedCalls(jails, report, targets).run(Integer.parseInt(arguments[2]));
            new BlockedCalls(jails, report, targets).run(Integer.parseInt(arguments[3]));
        }
        report.line("");
        report.line(targets.described());
        report.publish(Path.of(arguments[4]));
    }
}
