package dev.bailiwick.benchmarks.calls;

import dev.bailiwick.benchmarks.report.Machine;
import dev.bailiwick.benchmarks.report.Report;
import java.nio.file.Path;

/**
 * What the filter costs: an allowed call in a jail beside the same call under a filter that only says allow, and a jail that is
 * refused a hundred thousand times a second, beside a neighbour. Says which of its targets is missed.
 */
final class CallsBench {

    private CallsBench() {}

    /** Arguments: a directory to work in, the compiled program, rounds, seconds of each flood, where to write. */
    public static void main(String[] arguments) throws Exception {
        Report report = new Report("./bench calls");
        Targets targets = new Targets();
        report.line("## Calls");
        report.line("");
        report.line(
                "By `./bench calls` on %s; load of other work at the start %s.", Machine.described(), Machine.load());
        try (MeasuredJails jails = new MeasuredJails(Path.of(arguments[0]), Path.of(arguments[1]))) {
            new AllowedCalls(jails, report, targets).run(Integer.parseInt(arguments[2]));
            new RefusedCalls(jails, report, targets).run(Integer.parseInt(arguments[3]));
        }
        report.line("");
        report.line(targets.described());
        report.publish(Path.of(arguments[4]));
    }
}
