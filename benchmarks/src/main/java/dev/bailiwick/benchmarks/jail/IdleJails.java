package dev.bailiwick.benchmarks.jail;

import dev.bailiwick.benchmarks.report.Percentiles;
import dev.bailiwick.benchmarks.report.Report;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The kernel memory of a jail beside that of the floor: the same static program that only waits, in roots of the same files; in turns. */
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
                "Kernel memory of each of %d idle jails whose init is the same static program: %d KiB; of the floor",
                count, Percentiles.at(ours, 50));
        report.line(
                "program's with veth: %d KiB. Medians of %d turns of what lives in slabs (not the pages they take), stacks, page tables, per CPU.",
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

    /** What ended is freed a moment later, and sandboxes are made for the next. */
    private static long settledMemory() throws IOException, InterruptedException {
        TimeUnit.SECONDS.sleep(2);
        return KernelMemory.kibibytes();
    }
}
