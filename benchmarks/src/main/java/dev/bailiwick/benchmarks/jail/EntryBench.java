package dev.bailiwick.benchmarks.jail;

import static dev.bailiwick.benchmarks.report.Percentiles.at;

import dev.bailiwick.agent.kernel.CommandProcess;
import dev.bailiwick.agent.kernel.CommandProcess.Event;
import dev.bailiwick.benchmarks.report.Machine;
import dev.bailiwick.benchmarks.report.Report;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Times how a command enters a running jail, with the code of the agent: until it is executed, and until it is reaped. */
final class EntryBench {

    private static final int WARM_UP = 500;
    private static final double TARGET_MILLIS = 1.5;

    private EntryBench() {}

    /** Takes a working directory, the directory of compiled tools, the number of entries, and the document to write. */
    public static void main(String[] arguments) throws Exception {
        int entries = Integer.parseInt(arguments[2]);
        List<Long> executed = new ArrayList<>();
        List<Long> reaped = new ArrayList<>();
        try (Engine engine = new Engine(Path.of(arguments[0]), Path.of(arguments[1]))) {
            JailId id = Engine.newId();
            JailDefinition definition =
                    Engine.definition("entered", engine.rootOf(id), new Base.Directory(), "198.19.250.3", "/bin/pause");
            engine.start(id, definition);
            for (int i = 0; i < WARM_UP + entries; i++) {
                long began = System.nanoTime();
                try (CommandProcess command = engine.enter(id, "/bin/true")) {
                    long beganToRun = System.nanoTime();
                    while (!command.await(Set.of()).contains(Event.END)) {}
                    command.end();
                    if (i >= WARM_UP) {
                        executed.add(beganToRun - began);
                        reaped.add(System.nanoTime() - began);
                    }
                }
            }
            engine.kill(id);
            engine.awaitEnd(id);
        }
        Report report = new Report("./bench console: entry");
        report.line("## Entry into a running jail");
        report.line("");
        report.line("By `./bench console` on %s.", Machine.describe());
        report.line("");
        report.line(
                "A static program that does nothing enters a jail, %d times after %d others, in milliseconds,",
                entries, WARM_UP);
        report.line(
                "as the agent's own code sees it. The target is %.1f ms for the p50 of the execution.", TARGET_MILLIS);
        report.line("");
        report.line("| | p50 | p95 | p99 |");
        report.line("|---|---|---|---|");
        row(report, "executed", executed);
        row(report, "reaped", reaped);
        report.publish(Path.of(arguments[3]));
    }

    private static void row(Report report, String name, List<Long> nanos) {
        report.line("| %s | %.2f | %.2f | %.2f |", name, at(nanos, 50) / 1e6, at(nanos, 95) / 1e6, at(nanos, 99) / 1e6);
    }
}
