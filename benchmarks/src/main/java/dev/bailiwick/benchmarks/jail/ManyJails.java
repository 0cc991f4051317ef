package dev.bailiwick.benchmarks.jail;

import dev.bailiwick.agent.kernel.JailLifecycle;
import dev.bailiwick.benchmarks.report.Report;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Starts many jails at once, leaves them idle, and stops them; reports what they use and what is left behind. */
final class ManyJails {

    private static final int IDLE_SECONDS = 10;
    private static final long MAX_LINK_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Engine engine;
    private final Report report;

    ManyJails(Engine engine, Report report) {
        this.engine = engine;
        this.report = report;
    }

    private interface Work {
        void on(int index) throws Exception;
    }

    void run(int count) throws Exception {
        Engine.settle();
        KernelObjects before = KernelObjects.now();
        long memoryBefore = KernelMemory.kibibytes();
        List<JailId> jails = new ArrayList<>();
        List<JailDefinition> definitions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            jails.add(Engine.newId());
            definitions.add(Engine.definition(
                    "many-" + i,
                    engine.jails().resolve("many-" + i),
                    new Base.Thin(),
                    "198.19." + (i / 250) + "." + (1 + i % 250),
                    "/usr/bin/sleep",
                    "100000"));
        }
        List<Integer> inits = Collections.synchronizedList(new ArrayList<>());
        Steps steps = new Steps();
        long began = System.nanoTime();
        inParallel(count, i -> {
            JailLifecycle.Started started = engine.start(jails.get(i), definitions.get(i));
            steps.add(started.steps());
            inits.add(started.jail().initPid().getAsInt());
        });
        long running = System.nanoTime();
        long memoryRunning = KernelMemory.kibibytes();
        KernelObjects during = KernelObjects.now();
        long pss = inits.stream().mapToLong(KernelMemory::pss).sum();
        long own = KernelMemory.pss(ProcessHandle.current().pid());
        long cpuBefore = cpuTicks();
        TimeUnit.SECONDS.sleep(IDLE_SECONDS);
        double idle = (cpuTicks() - cpuBefore) / (double) IDLE_SECONDS;
        long stopping = System.nanoTime();
        inParallel(count, i -> {
            engine.kill(jails.get(i));
            engine.awaitEnd(jails.get(i));
            engine.release(jails.get(i));
        });
        // The kernel removes the last links a moment later.
        while (KernelObjects.linksOfJails() > 0 && System.nanoTime() - stopping < MAX_LINK_NANOS) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
        long stopped = System.nanoTime();
        for (int i = 0; i < count; i++) {
            engine.deleteFiles(jails.get(i), definitions.get(i));
        }
        long deleted = System.nanoTime();
        Engine.settle();
        report.line("");
        report.line("## %,d jails at once", count);
        report.line("");
        report.line("| | |");
        report.line("|---|---|");
        report.line("| until all run | %s |", inAllAndEach(running - began, count));
        report.line("| until all are stopped and released | %s |", inAllAndEach(stopped - stopping, count));
        report.line("| deletion of their files | %.2f ms each |", (deleted - stopped) / 1e6 / count);
        report.line(
                "| additional processes per jail | %.2f |",
                (during.processes() - before.processes()) / (double) count - 1);
        report.line("| memory of an idle init (PSS) | %.0f KiB |", pss / (double) count);
        report.line(
                "| kernel memory of such a jail (slabs, stacks, page tables, per CPU) | %.0f KiB |",
                (memoryRunning - memoryBefore) / (double) count);
        report.line(
                "| memory of this process, the agent's engine (PSS; heap up to %d MiB) | %.1f MiB |",
                Runtime.getRuntime().maxMemory() >> 20, own / 1024.0);
        report.line("| its share of a processor while the jails are idle | %.2f %% |", idle);
        report.line(
                "| left behind (mounts, links, cgroups, routes, processes) | %s |",
                KernelObjects.now().minus(before));
        report.line("");
        report.line("Steps of a start, p50 µs: %s.", steps.microsOfEach());
    }

    private static String inAllAndEach(long nanos, int count) {
        return "%.2f s, %.2f ms each".formatted(nanos / 1e9, nanos / 1e6 / count);
    }

    /** Does the work for all jails, with as many threads as the agent has. */
    private static void inParallel(int count, Work work) throws Exception {
        int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
        try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int index = i;
                all.add(workers.submit(() -> {
                    work.on(index);
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    /** Returns the processor time of this process in hundredths of a second (proc_pid_stat(5)). */
    private static long cpuTicks() throws IOException {
        String[] fields = Files.readString(Path.of("/proc/self/stat"))
                .replaceFirst(".*\\) ", "")
                .split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}
