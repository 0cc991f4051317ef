package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.CpuSet;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Limits of swap, shares of processors, processors and disk: each with its opposite, the same jail without it. {@link LimitsTrial} runs it
 * where the kernel has the controllers.
 */
final class ResourcesTrial implements AutoCloseable {

    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static final Duration WATCHED = Duration.ofSeconds(3);
    private static final Pattern COPIED = Pattern.compile("copied, ([0-9.e-]+) s");
    private static final Duration WRITTEN = Duration.ofSeconds(10);
    private static final Pattern WRITTEN_BYTES = Pattern.compile("wbytes=([0-9]+)");
    private static final long MIB = 1L << 20;

    /** Takes 100 MB of memory. */
    private static final String GROW =
            "perl -e '$x = q(x) x 100_000_000; print qq(done\\n)'; echo ended $?; sleep 1000";

    private final TestHost host = new TestHost();
    private final List<JailId> started = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();

    ResourcesTrial() throws IOException {}

    /** Returns the promises that were broken. */
    static List<String> run() throws IOException, InterruptedException {
        try (ResourcesTrial trial = new ResourcesTrial()) {
            for (Part part : List.<Part>of(
                    ResourcesTrial::swap,
                    ResourcesTrial::slowing,
                    ResourcesTrial::changes,
                    ResourcesTrial::shown,
                    ResourcesTrial::shares,
                    ResourcesTrial::processors,
                    ResourcesTrial::disk,
                    ResourcesTrial::diskShares,
                    ResourcesTrial::diskTime)) {
                part.of(trial);
                trial.release();
            }
            return trial.broken;
        }
    }

    private interface Part {
        void of(ResourcesTrial trial) throws IOException, InterruptedException;
    }

    private void swap() throws IOException {
        Limits limits = Limits.NONE.with(Limit.MEMORY, 64 * MIB);
        String without = firstWord(started("no-swap", limits, GROW), "ended 137", "done");
        String with = firstWord(started("swap", limits.with(Limit.SWAP, 192 * MIB), GROW), "ended 137", "done");
        check("swap: without it a jail of 64 MiB that takes 100 MB is ended", without.equals("ended 137"), without);
        check("swap: with 192 MiB of it the jail goes on", with.equals("done"), with);
    }

    private void slowing() throws IOException {
        JailId plain = started("quick", Limits.NONE, GROW);
        JailId slowed =
                started("slowed", Limits.NONE.with(Limit.MEMORY_HIGH, 32 * MIB).with(Limit.SWAP, 192 * MIB), GROW);
        host.awaitLog(plain, "done");
        host.awaitLog(slowed, "done");
        long free = Long.parseLong(read(plain, "memory.peak"));
        long held = Long.parseLong(read(slowed, "memory.peak"));
        check("memoryHigh: without it a jail takes 100 MB", free > 90 * MIB, free + " bytes");
        check("memoryHigh: 32 MiB slow a jail down, and end nothing", held < 64 * MIB, held + " bytes");
        check(
                "memoryHigh: the kernel counts it",
                number(slowed, "memory.events", "high") > 0 && number(plain, "memory.events", "high") == 0,
                read(slowed, "memory.events"));
    }

    /** Limits change while a jail runs. The jail begins when its /tmp has the size that it gets with them. */
    private void changes() throws IOException {
        String waiting = "until [ $(stat -f -c %b /tmp) = 2560 ]; do sleep 0.1; done; " + GROW;
        Limits before = Limits.NONE.with(Limit.MEMORY, 64 * MIB).with(Limit.CPU_MILLIS, 500);
        Limits after = Limits.NONE.with(Limit.TMP, 10 * MIB).with(Limit.PROCESSES, 64);
        JailId same = started("same", before, waiting);
        JailId more = started("more", before, waiting);
        host.kernel.adjust(same, definition("same", before.with(Limit.TMP, 10 * MIB), waiting));
        JailDefinition changed = definition("more", after.with(Limit.MEMORY, 192 * MIB), waiting);
        host.kernel.adjust(more, changed);
        String unchanged = firstWord(same, "ended 137", "done");
        String grown = firstWord(more, "ended 137", "done");
        check("changes: with the memory as before the jail is ended", unchanged.equals("ended 137"), unchanged);
        check("changes: with more memory it goes on", grown.equals("done"), grown);
        check(
                "changes: a removed limit is gone, a new one is there",
                read(more, "cpu.max").equals("max 100000")
                        && read(more, "pids.max").equals("64"),
                read(more, "cpu.max") + ", " + read(more, "pids.max"));
        check("changes: are no damage", host.kernel.mend(more, changed).isEmpty(), "something was restored");
    }

    /** What a program finds where Java, Go and Node look for its limits; also after they have changed. */
    private void shown() throws IOException {
        String look = "cd /sys/fs/cgroup; show() { echo $1 $(cat memory.max cpu.max pids.max); }; show first;"
                + " until [ $(cat memory.max) = 134217728 ]; do sleep 0.1; done; show then; echo 1 > memory.max; show ended";
        Limits limits = Limits.NONE
                .with(Limit.MEMORY, 64 * MIB)
                .with(Limit.CPU_MILLIS, 500)
                .with(Limit.PROCESSES, 64);
        JailId jail = started("shown", limits, look);
        host.awaitLog(jail, "first");
        host.kernel.adjust(jail, definition("shown", limits.with(Limit.MEMORY, 128 * MIB), look));
        host.awaitLog(jail, "ended");
        String log = host.logOf(jail);
        check("shown: a program reads its limits", log.contains("first 67108864 50000 100000 64\n"), log);
        check("shown: also those that it gets later", log.contains("then 134217728 50000 100000 64\n"), log);
        check("shown: and cannot change them", log.contains("ended 134217728 50000 100000 64\n"), log);
    }

    private void shares() throws IOException, InterruptedException {
        double equal = shareOfSecond("equal", Limits.NONE);
        double more = shareOfSecond("heavy", Limits.NONE.with(Limit.CPU_WEIGHT, 400));
        check("cpuWeight: two jails without it get the same", equal > 0.4 && equal < 0.6, equal + " of the CPUs");
        check("cpuWeight: 400 get four times as much as 100", more > 0.72 && more < 0.88, more + " of the CPUs");
    }

    private double shareOfSecond(String name, Limits limits) throws IOException, InterruptedException {
        String spin = "while :; do :; done & ".repeat(PROCESSORS) + "echo spinning; wait";
        JailId first = started("first-" + name, Limits.NONE, spin);
        JailId second = started("second-" + name, limits, spin);
        host.awaitLog(first, "spinning");
        host.awaitLog(second, "spinning");
        long[] before = {cpuMicros(first), cpuMicros(second)};
        LimitsTrial.pause(WATCHED);
        double[] used = {cpuMicros(first) - before[0], cpuMicros(second) - before[1]};
        release();
        return used[1] / (used[0] + used[1]);
    }

    private void processors() throws IOException {
        String watch =
                "last=; while :; do now=$(nproc); [ \"$now\" = \"$last\" ] || echo \"on $now\"; last=$now; sleep 0.1; done";
        JailId jail = started("processors", Limits.NONE, watch);
        host.awaitLog(jail, "on " + PROCESSORS);
        host.kernel.adjust(jail, definition("processors", Limits.NONE.with(new CpuSet("0")), watch));
        host.awaitLog(jail, "on 1");
        host.kernel.adjust(jail, definition("processors", Limits.NONE, watch));
        host.awaitLog(jail, "on " + PROCESSORS + "\non 1\non " + PROCESSORS);
        check("cpus: a jail runs on those that it may, and on all again", PROCESSORS > 1, "there is only one CPU here");
        check(
                "cpus: one that the host lacks is refused",
                refusal(Limits.NONE.with(new CpuSet("0,77"))).contains(": 77;"),
                "it was not");
    }

    private void disk() throws IOException {
        String write = "dd if=/dev/zero of=/file bs=%s count=%d oflag=direct; echo written; sleep 1000";
        double free = seconds(started("free", Limits.NONE, write.formatted("256k", 16)));
        Limits bytes = Limits.NONE.with(Limit.IO_BYTES, MIB);
        double slow = seconds(started("slow", bytes, write.formatted("256k", 16)));
        double small = seconds(started("small", Limits.NONE, write.formatted("4k", 200)));
        Limits operations = Limits.NONE.with(Limit.IO_OPERATIONS, 50);
        double few = seconds(started("few", operations, write.formatted("4k", 200)));
        check(
                "ioBytes: 4 MiB at 1 MiB a second take 3 s",
                slow > 2.5 && free < 2,
                slow + " s, and " + free + " s without");
        check(
                "ioOperations: 200 at 50 a second take 3 s",
                few > 2.5 && small < 2,
                few + " s, and " + small + " s without");
    }

    private void diskShares() throws IOException {
        Path costs = host.cgroupOf(started("any", Limits.NONE, "sleep 1000")).resolve("../../io.cost.qos");
        String refused = refusal(Limits.NONE.with(Limit.IO_WEIGHT, 200));
        check("ioWeight: is refused where nothing divides the disk", refused.contains("limits.ioWeight"), refused);
        if (!Files.exists(costs)) {
            System.out.println("ioWeight: not tried, this kernel has no cost model for disks");
            return;
        }
        String device = read(Path.of("/sys/block/vda/dev"));
        Files.writeString(costs, device + " enable=1 ctrl=auto\n");
        host.restartAgent();
        JailId jail = started("weighty", Limits.NONE.with(Limit.IO_WEIGHT, 200), "sleep 1000");
        check(
                "ioWeight: is the jail's where something does",
                read(jail, "io.weight").equals("default 200"),
                read(jail, "io.weight"));
        Files.writeString(costs, device + " enable=0\n");
    }

    /** Writers of two jails at one disk, with the scheduler that divides it. */
    private void diskTime() throws IOException, InterruptedException {
        if (!Boolean.getBoolean("bailiwick.slow.disk")) {
            System.out.println("ioWeight: not tried with bfq, as this machine's disk is left alone");
            return;
        }
        Path scheduler = Path.of("/sys/block/vda/queue/scheduler");
        Files.writeString(scheduler, "bfq\n");
        // Otherwise it favours whoever has begun lately, whatever the weights.
        Files.writeString(scheduler.resolveSibling("iosched/low_latency"), "0\n");
        host.restartAgent();
        // The first jail that needs it has the agent use the controller.
        started("weighted", Limits.NONE.with(Limit.IO_WEIGHT, 200), "sleep 1000");
        double equal = shareOfDisk("writer", Limits.NONE);
        double more = shareOfDisk("favoured", Limits.NONE.with(Limit.IO_WEIGHT, 800));
        Files.writeString(scheduler, "none\n");
        host.restartAgent();
        check("ioWeight: two jails without it write the same", equal > 0.35 && equal < 0.65, equal + " of the bytes");
        check(
                "ioWeight: 800 write much more than 100, and these go on",
                more > 0.7 && more < 1,
                more + " of the bytes");
        System.out.println(
                "ioWeight: shares of the second jail, with 100 and with 800 beside 100: " + equal + ", " + more);
    }

    private double shareOfDisk(String name, Limits limits) throws IOException, InterruptedException {
        String write =
                "while :; do dd if=/dev/zero of=/file$i bs=256k count=64 conv=notrunc oflag=direct 2>/dev/null; done";
        String several = "for i in 1 2 3; do " + write + " & done; echo writing; wait";
        JailId first = started("first-" + name, Limits.NONE, several);
        JailId second = started("second-" + name, limits, several);
        host.awaitLog(first, "writing");
        host.awaitLog(second, "writing");
        long[] before = {writtenBytes(first), writtenBytes(second)};
        LimitsTrial.pause(WRITTEN);
        double[] written = {writtenBytes(first) - before[0], writtenBytes(second) - before[1]};
        release();
        return written[1] / (written[0] + written[1]);
    }

    private long writtenBytes(JailId jail) throws IOException {
        Matcher written = WRITTEN_BYTES.matcher(read(jail, "io.stat"));
        return written.find() ? Long.parseLong(written.group(1)) : 0;
    }

    private String refusal(Limits limits) throws IOException {
        try {
            host.start(host.newId(), definition("refused", limits, "true"));
            return "";
        } catch (KernelRefusal e) {
            return e.detail();
        }
    }

    private JailId started(String name, Limits limits, String script) throws IOException {
        JailId jail = host.newId();
        host.start(jail, definition(name, limits, script));
        started.add(jail);
        return jail;
    }

    private JailDefinition definition(String name, Limits limits, String script) {
        return DefinitionVariant.of(host.definition(name, "/bin/sh", "-c", script))
                .limits(limits)
                .definition();
    }

    /** Returns which of these a jail says first. */
    private String firstWord(JailId jail, String... words) throws IOException {
        host.awaitLog(jail, "ended");
        String log = host.logOf(jail);
        return Stream.of(words).filter(log::contains).findFirst().orElse(log);
    }

    private double seconds(JailId jail) throws IOException {
        host.awaitLog(jail, "written");
        Matcher copied = COPIED.matcher(host.logOf(jail));
        return copied.find() ? Double.parseDouble(copied.group(1)) : Double.NaN;
    }

    private void release() {
        started.forEach(host.kernel::release);
        started.clear();
    }

    private void check(String promise, boolean kept, String found) {
        System.out.println(promise + ": " + (kept ? "yes" : "NO: " + found));
        if (!kept) {
            broken.add(promise);
        }
    }

    private long cpuMicros(JailId jail) throws IOException {
        return number(jail, "cpu.stat", "usage_usec");
    }

    private String read(JailId jail, String file) throws IOException {
        return read(host.cgroupOf(jail).resolve(file));
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file).strip();
    }

    private long number(JailId jail, String file, String name) throws IOException {
        return read(jail, file)
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() throws IOException {
        host.close();
    }
}
