package dev.bailiwick.benchmarks.jail;

import static dev.bailiwick.benchmarks.report.Percentiles.at;

import dev.bailiwick.agent.kernel.JailLifecycle;
import dev.bailiwick.benchmarks.report.Machine;
import dev.bailiwick.benchmarks.report.Plot;
import dev.bailiwick.benchmarks.report.Report;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** Times one jail at a time. All contenders take turns, so that the machine's other work affects all alike. */
final class OneJail {

    private static final int WARM_UP = 200;
    private static final Random ORDER = new Random(2002);
    private static final String FLOOR_WITH_VETH = "floor: and veth";

    private final Engine engine;
    private final Floor floor;
    /** The jail that is started again and again. */
    private final JailId restarted = Engine.newId();

    private final Map<String, Contender> contenders = new LinkedHashMap<>();
    private final Map<String, Starts> starts = new LinkedHashMap<>();
    private final Steps steps = new Steps();
    private final Steps stepsFromNothing = new Steps();
    private final List<Long> lives = new ArrayList<>();
    private final Steps partsOfLives = new Steps();

    private interface Contender {
        Start start() throws IOException, InterruptedException;
    }

    /** @param peersRoot the root of all peers, with the same files as the jails' roots */
    OneJail(Engine engine, Floor floor, Path directory, Path peersRoot) throws IOException {
        this.engine = engine;
        this.floor = floor;
        contenders.put("Bailiwick: all namespaces, veth, addresses, filter", () -> ours(Engine.newId(), steps));
        contenders.put("Bailiwick: the same, nothing created in advance", () -> ours(restarted, stepsFromNothing));
        contenders.put("floor: namespaces, filter", () -> floor.ask("floor -"));
        contenders.put("floor: and network namespace", () -> floor.ask("floor n"));
        contenders.put(FLOOR_WITH_VETH, () -> floor.ask("floor nv"));
        Peers.installed(directory, peersRoot)
                .forEach((name, command) -> contenders.put(name, () -> peer(command.get())));
    }

    void run(int rounds) throws IOException, InterruptedException {
        for (int i = 0; i < WARM_UP; i++) {
            ours(restarted, stepsFromNothing);
            ours(i % 4 == 0 ? Engine.newId() : restarted, steps);
            wholeLife(i);
        }
        steps.clear();
        stepsFromNothing.clear();
        lives.clear();
        partsOfLives.clear();
        contenders.keySet().forEach(name -> starts.put(name, new Starts()));
        for (int round = 0; round < rounds; round++) {
            for (String name : inAnyOrder(contenders.keySet())) {
                try {
                    of(starts, name).add(of(contenders, name).start());
                } catch (IOException e) {
                    if (round == 0) {
                        System.err.println("left out: " + name + ": " + e.getMessage());
                    }
                }
            }
            wholeLife(WARM_UP + round);
        }
        engine.release(restarted);
    }

    /** Returns the names in random order, because a contender is slower after a pause or after certain others. */
    private static List<String> inAnyOrder(Set<String> names) {
        List<String> order = new ArrayList<>(names);
        Collections.shuffle(order, ORDER);
        return order;
    }

    private Start peer(String command) throws IOException {
        return new Start(Start.NONE, floor.ask("run " + command).reaped());
    }

    private Start ours(JailId id, Steps into) throws IOException, InterruptedException {
        JailDefinition definition =
                Engine.definition("bench", engine.rootOf(id), new Base.Directory(), "198.19.250.1", "/bin/true");
        long began = System.nanoTime();
        JailLifecycle.Started started = engine.start(id, definition);
        long executed = System.nanoTime();
        long reaped = engine.awaitEnd(id);
        engine.release(id);
        into.add(started.steps());
        if (!id.equals(restarted)) {
            engine.deleteFiles(id, definition);
        }
        Engine.settle();
        return new Start(executed - began, Math.max(reaped, executed) - began);
    }

    /** Creates, starts, stops and removes a new jail with its own files. */
    private void wholeLife(int number) throws InterruptedException {
        JailId id = Engine.newId();
        Path path = engine.jails().resolve("life-" + number);
        JailDefinition definition =
                Engine.definition("life", path, new Base.Thin(), "198.19.250.2", "/usr/bin/sleep", "1000");
        long began = System.nanoTime();
        engine.start(id, definition);
        long started = System.nanoTime();
        engine.terminate(id);
        engine.awaitEnd(id);
        long ended = System.nanoTime();
        engine.release(id);
        long released = System.nanoTime();
        engine.deleteFiles(id, definition);
        long deleted = System.nanoTime();
        lives.add(deleted - began);
        partsOfLives.add("started", started - began);
        partsOfLives.add("stopped", ended - started);
        partsOfLives.add("released", released - ended);
        partsOfLives.add("files deleted", deleted - released);
        Engine.settle();
    }

    // ---- report -----------------------------------------------------------------------------------------------------

    void describe(int rounds, Report report, Path document) throws IOException {
        report.line("## One jail");
        report.line("");
        report.line("By `./bench jail` on %s.", Machine.describe());
        report.line("");
        report.line(
                "`/bin/true` in a root of the same files, in milliseconds; in each of %d rounds, all take turns. The *floor* is a C program that does",
                rounds);
        report.line(
                "only what the kernel requires: `clone3` into namespaces and cgroup, id maps, mounts, `pivot_root`, the same filter, exec.");
        report.line(
                "Bailiwick is timed with the code of its agent, and does more: see the steps. It creates the namespaces and links of new jails");
        report.line(
                "in advance, and the floor does not. For a jail that starts again, for example after a crash, nothing is created in advance.");
        report.line("Peers are timed from fork to reaped.");
        report.line("");
        report.line("| | exec p50 | exec p99 | reaped p50 | reaped p99 | reaped: ratio to floor with veth, p25–p75 |");
        report.line("|---|---|---|---|---|---|");
        List<Long> base = of(starts, FLOOR_WITH_VETH).reaped();
        starts.forEach((name, samples) -> {
            if (!samples.isEmpty()) {
                report.line(
                        "| %s | %s | %s | %s | %s | %.2f (%.2f–%.2f) |",
                        name,
                        samples.seesExec() ? millis(samples.executed(), 50) : "",
                        samples.seesExec() ? millis(samples.executed(), 99) : "",
                        millis(samples.reaped(), 50),
                        millis(samples.reaped(), 99),
                        (double) at(samples.reaped(), 50) / at(base, 50),
                        ratio(samples.reaped(), base, 25),
                        ratio(samples.reaped(), base, 75));
            }
        });
        report.line("");
        report.line(plot().write(document, "jail"));
        describeLives(report);
        describeSteps(report);
    }

    private void describeLives(Report report) {
        report.line("");
        report.line(
                "To create, start, stop and remove a jail with its own files, veth and addresses, whose init is `sleep`: p50 %s ms, p99 %s ms;",
                millis(lives, 50), millis(lives, 99));
        report.line(
                "p50 of the parts: %s ms. The agent removes the link about 20 ms later, together with others.",
                partsOfLives.names().stream()
                        .map(part -> part + " " + millis(partsOfLives.of(part), 50))
                        .collect(Collectors.joining(", ")));
    }

    private void describeSteps(Report report) {
        report.line("");
        report.line("### Steps of Bailiwick's starts");
        report.line("");
        report.line("The steps of the agent overlap with those of the child that becomes the jail's init.");
        report.line("");
        report.line("| step | new jail: p50 µs | p99 µs | nothing created in advance: p50 µs | p99 µs |");
        report.line("|---|---|---|---|---|");
        for (String name : stepsFromNothing.names()) {
            List<Long> durations = stepsFromNothing.of(name);
            List<Long> prepared = steps.of(name);
            boolean inAdvance = prepared.size() < durations.size() / 2 || prepared.isEmpty();
            report.line(
                    "| %s | %s | %s | %s | %s |",
                    name,
                    inAdvance ? "" : micros(prepared, 50),
                    inAdvance ? "" : micros(prepared, 99),
                    micros(durations, 50),
                    micros(durations, 99));
        }
    }

    private Plot plot() {
        Plot plot = new Plot("One jail, from its start until it is reaped: p50 to p99");
        starts.forEach((name, samples) -> {
            if (!samples.isEmpty()) {
                plot.add(
                        name,
                        name.startsWith("Bailiwick"),
                        at(samples.reaped(), 50) / 1e6,
                        at(samples.reaped(), 99) / 1e6);
            }
        });
        return plot;
    }

    /** Returns a percentile of the ratios of two starts in the same round. */
    private static double ratio(List<Long> samples, List<Long> base, int percentile) {
        double[] ratios = new double[Math.min(samples.size(), base.size())];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = (double) samples.get(i) / base.get(i);
        }
        return at(ratios, percentile);
    }

    private static String micros(List<Long> nanos, int percentile) {
        return String.format(Locale.ROOT, "%.0f", at(nanos, percentile) / 1e3);
    }

    private static String millis(List<Long> nanos, int percentile) {
        return String.format(Locale.ROOT, "%.2f", at(nanos, percentile) / 1e6);
    }

    private static <T> T of(Map<String, T> all, String name) {
        return Objects.requireNonNull(all.get(name));
    }
}
