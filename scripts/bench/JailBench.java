import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.JailLifecycle;
import dev.bailiwick.agent.kernel.linux.LinuxKernel;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Command;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.StepTiming;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.seccomp.SeccompCompiler;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Policy;
import dev.bailiwick.jail.syscall.Profile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * Times one jail, and then a thousand, through the code that the agent runs, side by side with a C program that does only what the
 * kernel demands and with the peers that are installed. All take turns, so that what else the machine does hits all alike.
 */
final class JailBench {

    private static final int WARM_UP = 200;
    private static final int MEMORY_TURNS = 5;
    private static final long NONE = -1;
    private static final Random ORDER = new Random(2002);

    private final Path directory;
    private final Path document;
    private final Path tools;
    /** The one that starts again and again. */
    private final JailId restarted = new JailId(UUID.randomUUID());
    private final Path peersRoot;
    private final Floor floor;
    private final LinuxKernel kernel;
    private final Map<JailId, BlockingQueue<Long>> ends = new ConcurrentHashMap<>();
    private final Map<String, Samples> contenders = new LinkedHashMap<>();
    private final Map<String, List<Long>> steps = new LinkedHashMap<>();
    private final Map<String, List<Long>> stepsFromNothing = new LinkedHashMap<>();
    private final Samples lifecycle = new Samples();
    private final Map<String, List<Long>> lifecycleParts = new LinkedHashMap<>();
    private final StringBuilder report = new StringBuilder();

    /** One start. Nanoseconds until exec, or {@link #NONE} where that cannot be seen from outside, and until reaped. */
    private record Start(long executed, long reaped) {}

    private interface Contender {
        Start start() throws IOException, InterruptedException;
    }

    private static final class Samples {
        private final List<Long> executed = new ArrayList<>();
        private final List<Long> reaped = new ArrayList<>();

        void add(Start start) {
            executed.add(start.executed);
            reaped.add(start.reaped);
        }
    }

    /** The C program; a process in a mount namespace of its own that sees cgroup v2 where peers look for it. */
    private static final class Floor implements AutoCloseable {
        private final Process process;
        private final PrintStream commands;
        private final BufferedReader answers;

        Floor(Path program, Path root, Path filter, Path cgroup) throws IOException {
            process = new ProcessBuilder(
                            "unshare",
                            "-m",
                            "--propagation",
                            "private",
                            "sh",
                            "-c",
                            "exec 3<\"$4\"; mount -t cgroup2 none /sys/fs/cgroup && exec \"$1\" \"$2\" \"$3\" /proc/self/fd/3",
                            "sh",
                            program.toString(),
                            root.toString(),
                            filter.toString(),
                            cgroup.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            commands = new PrintStream(process.getOutputStream(), true);
            answers = process.inputReader();
        }

        synchronized Start ask(String command) throws IOException {
            commands.println(command);
            String answer = answers.readLine();
            if (answer == null || answer.startsWith("failed")) {
                throw new IOException(command + ": " + answer);
            }
            String[] words = answer.split(" ");
            return new Start(Long.parseLong(words[0]), Long.parseLong(words[1]));
        }

        @Override
        public void close() {
            commands.close();
        }
    }

    private JailBench(Path directory, Path tools, Path document) throws IOException {
        this.directory = directory;
        this.document = document;
        this.tools = tools;
        // Each of Bailiwick's jails has files of its own, where nobody else may look; to the peers that is one root of the same files.
        this.peersRoot = makeRoot(directory.resolve("peers/root"), tools);
        Path filter = directory.resolve("filter");
        Files.write(
                filter,
                SeccompCompiler.compile(
                                Policy.of(Profile.HOSTING),
                                Architecture.host(),
                                Clock.systemUTC().instant())
                        .program());
        this.kernel = new LinuxKernel(
                new HostLayout(
                        directory.resolve("jails"),
                        Path.of("/run").resolve(directory.getFileName()),
                        directory.resolve("logs"),
                        directory.resolve("state"),
                        "bailiwick-bench",
                        1_744_830_464L,
                        2_000),
                Clock.systemUTC());
        kernel.onEnd(end -> ends.get(end.jail()).add(System.nanoTime()));
        Path cgroup = cgroupRoot().resolve("bailiwick-bench-floor");
        Files.createDirectories(cgroup);
        this.floor = new Floor(tools.resolve("floor"), peersRoot, filter, cgroup);
    }

    private Path rootOf(JailId id) throws IOException {
        Path root = directory.resolve("jails/" + id);
        return Files.isDirectory(root) ? root : makeRoot(root, tools);
    }

    private static Path makeRoot(Path root, Path tools) throws IOException {
        for (String name : List.of("bin", "dev", "etc", "proc", "sys", "tmp", "run", "usr", "var", "home")) {
            Files.createDirectories(root.resolve(name));
        }
        Files.copy(tools.resolve("true"), root.resolve("bin/true"));
        Files.copy(tools.resolve("pause"), root.resolve("bin/pause"));
        return root;
    }

    /** Arguments: a directory to work in, the directory of the compiled tools, rounds, how many jails at once, where to write. */
    public static void main(String[] arguments) throws Exception {
        JailBench bench = new JailBench(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[4]));
        try {
            bench.sideBySide(Integer.parseInt(arguments[2]));
            bench.kernelMemory(100);
            for (String many : arguments[3].split(",")) {
                bench.atOnce(Integer.parseInt(many));
            }
        } finally {
            bench.close();
        }
        System.out.print(bench.report);
        Section.write(bench.document, "./bench jail", bench.report);
    }

    // ---- one at a time ----------------------------------------------------------------------------------------------

    private void sideBySide(int rounds) throws IOException, InterruptedException {
        Map<String, Contender> all = new LinkedHashMap<>();
        all.put("Bailiwick: all namespaces, veth, addresses, filter", () -> ours(new JailId(UUID.randomUUID()), steps));
        all.put("Bailiwick: the same, nothing created in advance", () -> ours(restarted, stepsFromNothing));
        all.put("floor: namespaces, filter", () -> floor.ask("floor -"));
        all.put("floor: and network namespace", () -> floor.ask("floor n"));
        all.put("floor: and veth", () -> floor.ask("floor nv"));
        Peers.installed(directory, peersRoot).forEach((name, command) -> all.put(name, () -> {
            Start start = floor.ask("run " + command.get());
            return new Start(NONE, start.reaped);
        }));
        for (int i = 0; i < WARM_UP; i++) {
            ours(restarted, stepsFromNothing);
            ours(i % 4 == 0 ? new JailId(UUID.randomUUID()) : restarted, steps);
            wholeLife(i);
        }
        steps.clear();
        stepsFromNothing.clear();
        lifecycle.reaped.clear();
        lifecycleParts.clear();
        all.keySet().forEach(name -> contenders.put(name, new Samples()));
        for (int round = 0; round < rounds; round++) {
            for (var entry : inAnyOrder(all)) {
                try {
                    contenders.get(entry.getKey()).add(entry.getValue().start());
                } catch (IOException e) {
                    if (round == 0) {
                        System.err.println("left out: " + entry.getKey() + ": " + e.getMessage());
                    }
                }
            }
            wholeLife(WARM_UP + round);
        }
        kernel.release(restarted);
        describe(rounds);
    }

    /** Whoever comes after a pause, or after another, has it harder. */
    private static List<Map.Entry<String, Contender>> inAnyOrder(Map<String, Contender> all) {
        List<Map.Entry<String, Contender>> order = new ArrayList<>(all.entrySet());
        Collections.shuffle(order, ORDER);
        return order;
    }

    private Start ours(JailId id, Map<String, List<Long>> steps) throws IOException, InterruptedException {
        BlockingQueue<Long> end = new LinkedBlockingQueue<>();
        ends.put(id, end);
        JailDefinition definition = definition("bench", rootOf(id), new Base.Directory(), "198.19.250.1", "/bin/true");
        long began = System.nanoTime();
        JailLifecycle.Started started = kernel.start(id, 1, "00", definition);
        long executed = System.nanoTime();
        Long reaped = end.poll(10, TimeUnit.SECONDS);
        kernel.release(id);
        for (StepTiming step : started.steps()) {
            steps.computeIfAbsent(step.name(), _ -> new ArrayList<>()).add(step.durationMicros() * 1_000);
        }
        if (reaped == null) {
            throw new IllegalStateException("the jail did not end");
        }
        if (!id.equals(restarted)) {
            kernel.deleteFiles(id, definition.path(), definition.base());
        }
        settle();
        return new Start(executed - began, Math.max(reaped, executed) - began);
    }

    private void life(String part, long nanos) {
        lifecycleParts.computeIfAbsent(part, _ -> new ArrayList<>()).add(nanos);
    }

    /** What the engine does aside, for the next jail and about the last one's link, is over before another has its turn. */
    private static void settle() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(50);
    }

    /** Create, start, stop, remove: a new jail with files of its own each time. */
    private void wholeLife(int number) throws InterruptedException {
        JailId id = new JailId(UUID.randomUUID());
        BlockingQueue<Long> end = new LinkedBlockingQueue<>();
        ends.put(id, end);
        Path path = directory.resolve("jails/life-" + number);
        JailDefinition definition = definition("life", path, new Base.Thin(), "198.19.250.2", "/usr/bin/sleep", "1000");
        long began = System.nanoTime();
        kernel.start(id, 1, "00", definition);
        long started = System.nanoTime();
        kernel.terminate(id);
        if (end.poll(10, TimeUnit.SECONDS) == null) {
            throw new IllegalStateException("the jail did not end");
        }
        long ended = System.nanoTime();
        kernel.release(id);
        long released = System.nanoTime();
        kernel.deleteFiles(id, definition.path(), definition.base());
        long deleted = System.nanoTime();
        lifecycle.add(new Start(NONE, deleted - began));
        life("started", started - began);
        life("asked and ended", ended - started);
        life("released", released - ended);
        life("its files deleted", deleted - released);
        ends.remove(id);
        settle();
    }

    private static JailDefinition definition(String name, Path path, Base base, String address, String... argv) {
        return new JailDefinition(
                new JailName(name),
                new Hostname(name + ".example"),
                new RootPath(path.toString()),
                base,
                IpAddresses.of(address),
                Policy.of(Profile.HOSTING),
                new Command(List.of(argv), Map.of()),
                Limits.NONE,
                WantedState.RUNNING);
    }

    private Plot plot() {
        Plot plot = new Plot("One jail, from its start until it is reaped: p50 to p99");
        contenders.forEach((name, samples) -> {
            if (!samples.reaped.isEmpty()) {
                plot.add(name, name.startsWith("Bailiwick"), at(samples.reaped, 50) / 1e6, at(samples.reaped, 99) / 1e6);
            }
        });
        return plot;
    }

    private void describe(int rounds) throws IOException {
        say("## One jail");
        say("");
        say("By `./bench jail` on %s, %d processors (%s), %s.", kernelVersion(), Runtime.getRuntime().availableProcessors(), processor(),
                LocalDate.now());
        say("");
        say("`/bin/true` in a root of the same files, %d rounds in which all take turns; milliseconds. The *floor* is a C program that does what the", rounds);
        say("kernel demands and nothing else: `clone3` into namespaces and cgroup, id maps, mounts, `pivot_root`, the same filter, exec.");
        say("Bailiwick is timed through the code its agent runs, and does more: see the steps. It has the namespaces and the link of the");
        say("next new jails ready, as the floor has not; a jail that starts again, as after a crash, has them made there and then.");
        say("Peers are timed from fork to reaped.");
        say("");
        say("| | exec p50 | exec p99 | reaped p50 | reaped p99 | reaped: ratio to floor with veth, p25–p75 |");
        say("|---|---|---|---|---|---|");
        List<Long> base = contenders.get("floor: and veth").reaped;
        contenders.forEach((name, samples) -> {
            if (!samples.reaped.isEmpty()) {
                boolean seen = samples.executed.get(0) != NONE;
                say("| %s | %s | %s | %s | %s | %.2f (%.2f–%.2f) |", name, seen ? millis(samples.executed, 50) : "",
                        seen ? millis(samples.executed, 99) : "", millis(samples.reaped, 50), millis(samples.reaped, 99),
                        (double) at(samples.reaped, 50) / at(base, 50), ratio(samples.reaped, base, 25), ratio(samples.reaped, base, 75));
            }
        });
        say("");
        say("%s", plot().write(document, "jail"));
        say("");
        say("Create, start, stop and remove a jail with files of its own, veth and addresses, whose init is `sleep`: p50 %s ms, p99 %s ms;",
                millis(lifecycle.reaped, 50), millis(lifecycle.reaped, 99));
        say("p50 of its parts: %s ms. Its link goes some 20 ms later, together with others.", String.join(", ", lifecycleParts.entrySet().stream()
                .map(part -> part.getKey() + " " + millis(part.getValue(), 50))
                .toList()));
        say("");
        say("### Where Bailiwick's time goes");
        say("");
        say("Steps of the agent and of the child that becomes the jail's init overlap.");
        say("");
        say("| step | new jail: p50 µs | p99 µs | nothing created in advance: p50 µs | p99 µs |");
        say("|---|---|---|---|---|");
        stepsFromNothing.forEach((name, durations) -> {
            List<Long> prepared = steps.get(name);
            boolean inAdvance = prepared == null || prepared.size() < durations.size() / 2;
            say("| %s | %s | %s | %.0f | %.0f |", name, inAdvance ? "" : micros(prepared, 50), inAdvance ? "" : micros(prepared, 99),
                    at(durations, 50) / 1e3, at(durations, 99) / 1e3);
        });
    }

    private static String micros(List<Long> nanos, int percentile) {
        return "%.0f".formatted(at(nanos, percentile) / 1e3);
    }

    /** A percentile of the ratios of starts that stood beside each other. */
    private static double ratio(List<Long> samples, List<Long> base, int percentile) {
        int pairs = Math.min(samples.size(), base.size());
        double[] ratios = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            ratios[i] = (double) samples.get(i) / base.get(i);
        }
        java.util.Arrays.sort(ratios);
        return ratios[Math.min(pairs - 1, pairs * percentile / 100)];
    }

    // ---- many at once -----------------------------------------------------------------------------------------------

    private void atOnce(int count) throws Exception {
        settle();
        Traces before = Traces.now();
        Memory memoryBefore = Memory.now();
        List<JailId> jails = new ArrayList<>();
        List<JailDefinition> definitions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            JailId id = new JailId(UUID.randomUUID());
            jails.add(id);
            definitions.add(definition(
                    "many-" + i,
                    directory.resolve("jails/many-" + i),
                    new Base.Thin(),
                    "198.19." + (i / 250) + "." + (1 + i % 250),
                    "/usr/bin/sleep",
                    "100000"));
            ends.put(id, new LinkedBlockingQueue<>());
        }
        List<Integer> inits = Collections.synchronizedList(new ArrayList<>());
        long began = System.nanoTime();
        Map<String, List<Long>> crowded = new LinkedHashMap<>();
        inParallel(count, i -> {
            JailLifecycle.Started started = kernel.start(jails.get(i), 1, "00", definitions.get(i));
            synchronized (crowded) {
                for (StepTiming step : started.steps()) {
                    crowded.computeIfAbsent(step.name(), _ -> new ArrayList<>()).add(step.durationMicros() * 1_000);
                }
            }
            return inits.add(started.jail().initPid().getAsInt());
        });
        long running = System.nanoTime();
        Memory memoryRunning = Memory.now();
        Traces during = Traces.now();
        long pss = inits.stream().mapToLong(JailBench::pss).sum();
        long own = pss((int) ProcessHandle.current().pid());
        long cpuBefore = cpuTicks();
        TimeUnit.SECONDS.sleep(10);
        double idle = (cpuTicks() - cpuBefore) / 10.0;
        long stopping = System.nanoTime();
        inParallel(count, i -> {
            kernel.kill(jails.get(i));
            ends.get(jails.get(i)).poll(30, TimeUnit.SECONDS);
            kernel.release(jails.get(i));
            return null;
        });
        // The last links go a moment later.
        while (Traces.linksOfJails() > 0 && System.nanoTime() - stopping < 60_000_000_000L) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
        long stopped = System.nanoTime();
        for (int i = 0; i < count; i++) {
            kernel.deleteFiles(jails.get(i), definitions.get(i).path(), definitions.get(i).base());
        }
        long deleted = System.nanoTime();
        settle();
        Traces after = Traces.now();
        say("");
        say("## %,d jails at once", count);
        say("");
        say("| | |");
        say("|---|---|");
        say("| all running after | %.2f s, %.2f ms each |", (running - began) / 1e9, (running - began) / 1e6 / count);
        say("| all stopped and cleaned after | %.2f s, %.2f ms each |", (stopped - stopping) / 1e9, (stopped - stopping) / 1e6 / count);
        say("| and their files deleted | %.2f ms each |", (deleted - stopped) / 1e6 / count);
        say("| processes of a jail beside its own | %.2f |", (during.processes - before.processes) / (double) count - 1);
        say("| memory of an idle init (PSS) | %.0f KiB |", pss / (double) count);
        say("| kernel memory of such a jail (slabs, stacks, page tables, per CPU) | %.0f KiB |",
                (memoryRunning.kernel - memoryBefore.kernel) / (double) count);
        say("| this process, which is the agent's engine (PSS; heap up to %d MiB) | %.1f MiB |", Runtime.getRuntime().maxMemory() >> 20, own / 1024.0);
        say("| its share of a processor while they idle | %.2f %% |", idle);
        say("| left behind (mounts, links, cgroups, routes, processes) | %s |", after.minus(before));
        say("");
        say("Steps of a start among them, p50 µs: %s.", String.join(", ", crowded.entrySet().stream()
                .map(step -> step.getKey() + " " + at(step.getValue(), 50) / 1_000 + " (" + step.getValue().size() + "×)")
                .toList()));
    }

    /** The same static program that only waits, in roots of the same files, so that what differs is the jail; in turns. */
    private void kernelMemory(int count) throws Exception {
        List<Long> ours = new ArrayList<>();
        List<Long> floors = new ArrayList<>();
        for (int turn = 0; turn < MEMORY_TURNS; turn++) {
            long before = settledKernelMemory();
            List<JailId> jails = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                JailId id = new JailId(UUID.randomUUID());
                ends.put(id, new LinkedBlockingQueue<>());
                JailDefinition idle = definition("idle", rootOf(id), new Base.Directory(), "198.19.240." + (1 + i), "/bin/pause");
                kernel.start(id, 1, "00", idle);
                jails.add(id);
            }
            ours.add((settledKernelMemory() - before) / count);
            for (JailId id : jails) {
                kernel.kill(id);
                ends.get(id).poll(10, TimeUnit.SECONDS);
                kernel.release(id);
            }
            before = settledKernelMemory();
            List<Long> pids = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                pids.add(floor.ask("idle nv").executed);
            }
            floors.add((settledKernelMemory() - before) / count);
            for (long pid : pids) {
                floor.ask("end " + pid);
            }
        }
        say("");
        say("Kernel memory of each of %d idle jails whose init is the same static program: %d KiB; of the floor", count,
                at(ours, 50));
        say("program's with veth: %d KiB. Medians of %d turns of what lives in slabs (not the pages they take), stacks, page tables, per CPU.",
                at(floors, 50), MEMORY_TURNS);
    }

    /** What ended is freed a moment later, and sandboxes are made for the next. */
    private static long settledKernelMemory() throws IOException, InterruptedException {
        TimeUnit.SECONDS.sleep(2);
        return Memory.now().kernel;
    }

    private interface Numbered {
        Object at(int index) throws Exception;
    }

    /** As many at a time as the agent does. */
    private static void inParallel(int count, Numbered work) throws Exception {
        try (ExecutorService workers =
                Executors.newFixedThreadPool(Math.max(2, Runtime.getRuntime().availableProcessors()))) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int index = i;
                all.add(workers.submit(() -> work.at(index)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    /** KiB. How many pages slabs take depends on what was freed before: of them what is in use, see slabinfo(5). */
    private record Memory(long kernel) {
        static Memory now() throws IOException {
            long sum = 0;
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.matches("(KernelStack|PageTables|Percpu):.*")) {
                    sum += Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
            long bytes = 0;
            for (String line : Files.readAllLines(Path.of("/proc/slabinfo"))) {
                String[] words = line.split(" +");
                if (!line.startsWith("#") && !line.startsWith("slabinfo")) {
                    bytes += Long.parseLong(words[1]) * Long.parseLong(words[3]);
                }
            }
            return new Memory(sum + bytes / 1024);
        }
    }

    private record Traces(long mounts, long links, long cgroups, long routes, long processes) {
        static Traces now() throws IOException {
            return new Traces(
                    Files.readAllLines(Path.of("/proc/self/mountinfo")).size(),
                    children(Path.of("/sys/class/net")),
                    children(cgroupRoot().resolve("bailiwick-bench")),
                    Files.readAllLines(Path.of("/proc/net/route")).size(),
                    ProcessHandle.allProcesses().filter(process -> !isTheKernels(process)).count());
        }

        /** The kernel starts and ends threads of its own as it likes, all of them children of the second process. */
        private static boolean isTheKernels(ProcessHandle process) {
            return process.pid() == 2 || process.parent().map(ProcessHandle::pid).orElse(0L) == 2;
        }

        /** Those of the host's whose jail is known: to the links that wait for one leads no route. */
        static long linksOfJails() throws IOException {
            return Files.readAllLines(Path.of("/proc/net/route")).stream()
                    .map(line -> line.split("\t")[0])
                    .filter(link -> link.startsWith("bw"))
                    .distinct()
                    .count();
        }

        private static long children(Path directory) throws IOException {
            try (var entries = Files.list(directory)) {
                return entries.filter(Files::isDirectory).count();
            }
        }

        String minus(Traces other) {
            return (mounts - other.mounts) + ", " + (links - other.links) + ", " + (cgroups - other.cgroups) + ", "
                    + (routes - other.routes) + ", " + (processes - other.processes);
        }
    }

    private static long pss(int pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup")).stream()
                    .filter(line -> line.startsWith("Pss:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Processor time of this process, in hundredths of a second: proc_pid_stat(5). */
    private static long cpuTicks() throws IOException {
        String[] fields = Files.readString(Path.of("/proc/self/stat")).replaceFirst(".*\\) ", "").split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private static Path cgroupRoot() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .filter(line -> line.contains(" - cgroup2 "))
                .map(line -> Path.of(line.split(" ")[4]))
                .findFirst()
                .orElseThrow();
    }

    private static String kernelVersion() throws IOException {
        return "Linux " + Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    }

    private static String processor() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.replaceFirst(".*: ", ""))
                .findFirst()
                .orElse("unnamed");
    }

    private static String millis(List<Long> nanos, int percentile) {
        return "%.2f".formatted(at(nanos, percentile) / 1e6);
    }

    private static long at(List<Long> values, int percentile) {
        long[] sorted = values.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted[Math.min(sorted.length - 1, sorted.length * percentile / 100)];
    }

    private void say(String format, Object... values) {
        report.append(format.formatted(values)).append('\n');
    }

    private void close() throws IOException {
        floor.close();
        kernel.observe().forEach(jail -> kernel.release(jail.id()));
        kernel.close();
        Files.deleteIfExists(cgroupRoot().resolve("bailiwick-bench-floor"));
        Path runtime = Path.of("/run").resolve(directory.getFileName());
        Files.deleteIfExists(runtime.resolve("jails"));
        Files.deleteIfExists(runtime);
    }
}
