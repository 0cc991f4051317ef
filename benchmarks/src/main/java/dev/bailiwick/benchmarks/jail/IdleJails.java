package dev.bailiwick.benchmarks.jail;

import dev.bailiwick.benchmarks.report.Percentiles;
import dev.bailiwick.benchmarks.report.Report;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Measures the kernel memory of idle jails and of the floor, in turns: both run the same static program in roots of the same files. */
final class IdleJails {

    private static final int TURNS = 5;

    private final Engine engine;
    private final Floor floor;
    private final Report report;

    IdleJails(Engine engine, Floor floor, Report report) {
        this.engine = engine;
        this.floor = floor;
        this.report = report;
    }

    void run(int count) throws IOException, InterruptedException {
        List<Long> ours = new ArrayList<>();
        List<Long> floors = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++) {
            ours.add(ours(count));
            floors.add(floors(count));
        }
        report.line("");
        report.line(
                "Kernel memory of each of %d idle jails whose init is the same static program: %d KiB; of the floor's",
                count, Percentiles.at(ours, 50));
        report.line(
                "process with veth: %d KiB. Medians of %d turns; counted are objects in slabs (not the pages), stacks, page tables, per-CPU memory.",
                Percentiles.at(floors, 50), TURNS);
    }

    private long ours(int count) throws IOException, InterruptedException {
        long before = settledMemory();
        List<JailId> jails = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            JailId id = Engine.newId();
            engine.start(
                    id,
                    Engine.definition(
                            "idle", engine.rootOf(id), new Base.Directory(), "198.19.240." + (1 + i), "/bin/pause"));
            jails.add(id);
        }
        long each = (settledMemory() - before) / count;
        for (JailId id : jails) {
            engine.kill(id);
            engine.awaitEnd(id);
            engine.release(id);
        }
        return each;
    }

    private long floors(int count) throws IOException, InterruptedException {
        long before = settledMemory();
        List<Long> pids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pids.add(floor.ask("idle nv").executed());
        }
        long each = (settledMemory() - before) / count;
        for (long pid : pids) {
            floor.ask("end " + pid);
        }
        return each;
    }

    /** Returns the kernel's memory once it has freed what ended, and the engine has created the next sandboxes. */
    private static long settledMemory() throws IOException, InterruptedException {
        TimeUnit.SECONDS.sleep(2);
        return KernelMemory.kibibytes();
    }
}
