import dev.bailiwick.agent.kernel.HostFacts.Capability;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.linux.LinuxKernel;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Command;
import dev.bailiwick.jail.Denial;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Policy;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What the filter costs: an allowed call in a jail beside the same call under a filter that only says allow, and a jail that is
 * refused a hundred thousand times a second, beside a neighbour. Says which of its targets is missed.
 */
final class CallsBench implements AutoCloseable {

    private static final double MAX_RATIO = 1.03;
    private static final double MAX_READER = 0.20;
    private static final double MAX_GROWTH_MEBIBYTES = 8;
    private static final double MAX_LATENCY_RATIO = 2;

    private static final int RATE = 100_000;
    private static final int REQUESTS_A_SECOND = 100;
    private static final int PORT = 80;

    private final Path directory;
    private final Path program;
    private final LinuxKernel kernel;
    private final BlockingQueue<JailId> ends = new LinkedBlockingQueue<>();
    private final StringBuilder report = new StringBuilder();
    private final List<String> missed = new ArrayList<>();

    private CallsBench(Path directory, Path program) {
        this.directory = directory;
        this.program = program;
        this.kernel = new LinuxKernel(
                new HostLayout(
                        directory.resolve("jails"),
                        directory.resolve("run"),
                        directory.resolve("logs"),
                        directory.resolve("state"),
                        "bailiwick-bench-calls",
                        1_879_048_192L,
                        50),
                Clock.systemUTC());
        kernel.onEnd(end -> ends.add(end.jail()));
    }

    /** Arguments: a directory to work in, the compiled program, rounds, seconds of each flood, where to write. */
    public static void main(String[] arguments) throws Exception {
        try (CallsBench bench = new CallsBench(Path.of(arguments[0]), Path.of(arguments[1]))) {
            bench.say("## Calls");
            bench.say("");
            bench.say("By `./bench calls` on %s, %d processors (%s), %s; load of other work at the start %s.", kernelVersion(),
                    Runtime.getRuntime().availableProcessors(), processor(), LocalDate.now(), load());
            bench.allowed(Integer.parseInt(arguments[2]));
            bench.refused(Integer.parseInt(arguments[3]));
            bench.say("");
            bench.say(bench.missed.isEmpty() ? "All targets are met." : "Missed: " + String.join("; ", bench.missed) + ".");
            System.out.print(bench.report);
            Section.write(Path.of(arguments[4]), "./bench calls", bench.report);
        }
    }

    // ---- allowed ----------------------------------------------------------------------------------------------------

    /** One turn of the program, nanoseconds a call. */
    private record Turn(double getpid, double read) {

        static Turn of(String output) {
            return new Turn(fastest(output, "getpid "), fastest(output, "read "));
        }

        private static double fastest(String output, String call) {
            return output.lines()
                    .filter(line -> line.startsWith(call))
                    .mapToDouble(line -> Double.parseDouble(line.split(" ")[2]))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(output));
        }
    }

    private void allowed(int rounds) throws IOException, InterruptedException {
        List<Turn> inside = new ArrayList<>();
        List<Turn> allowing = new ArrayList<>();
        List<Turn> without = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            inside.add(inside());
            allowing.add(outside("allow"));
            without.add(outside("none"));
        }
        say("");
        say("An allowed call, in %d rounds in which all take turns; nanoseconds, of each turn the fastest of 200 times a thousand calls.", rounds);
        say("");
        say("| | p50 | p25–p75 | p50: ratio to allow only |");
        say("|---|---|---|---|");
        double getpid = rows("getpid", inside.stream().mapToDouble(Turn::getpid).toArray(), allowing.stream().mapToDouble(Turn::getpid).toArray(),
                without.stream().mapToDouble(Turn::getpid).toArray());
        double read = rows("read", inside.stream().mapToDouble(Turn::read).toArray(), allowing.stream().mapToDouble(Turn::read).toArray(),
                without.stream().mapToDouble(Turn::read).toArray());
        target(getpid <= MAX_RATIO, "getpid under `hosting` costs %.3f of what it costs under allow only, wanted %.2f", getpid, MAX_RATIO);
        target(read <= MAX_RATIO, "read under `hosting` costs %.3f of what it costs under allow only, wanted %.2f", read, MAX_RATIO);
    }

    /** The ratio of the first to the second. */
    private double rows(String call, double[] inside, double[] allowing, double[] without) {
        double ratio = at(inside, 50) / at(allowing, 50);
        say("| %s in a jail, under `hosting` | %.1f | %.1f–%.1f | %.3f |", call, at(inside, 50), at(inside, 25), at(inside, 75), ratio);
        say("| %s under a filter that only says allow | %.1f | %.1f–%.1f | 1.000 |", call, at(allowing, 50), at(allowing, 25), at(allowing, 75));
        say("| %s without a filter | %.1f | %.1f–%.1f | %.3f |", call, at(without, 50), at(without, 25), at(without, 75),
                at(without, 50) / at(allowing, 50));
        return ratio;
    }

    /** A new jail each time, whose log has its own figures alone. */
    private Turn inside() throws IOException, InterruptedException {
        JailDefinition jail = definition("measured", "198.19.251.1", "/calls", "cost", "none");
        JailId id = start(jail);
        awaitEnd(id);
        String said = logOf(id);
        kernel.release(id);
        kernel.deleteFiles(id, jail.path(), jail.base());
        return Turn.of(said);
    }

    private Turn outside(String filter) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(program.toString(), "cost", filter).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IllegalStateException(said);
        }
        return Turn.of(said);
    }

    // ---- refused ----------------------------------------------------------------------------------------------------

    private void refused(int seconds) throws IOException, InterruptedException {
        if (!kernel.facts().capabilities().contains(Capability.available("denials"))) {
            say("");
            say("Refused calls are not counted on this machine: its audit cannot be read.");
            return;
        }
        JailDefinition neighbour = definition("neighbour", "198.19.251.2", "/calls", "serve", Integer.toString(PORT));
        awaitLog(start(neighbour), "listening");
        flooded("warm", "getppid", 2);
        double[] idle = latencies(neighbour, seconds);
        JailId busy = flood("busy", "getppid", seconds);
        double[] besideBusy = latencies(neighbour, seconds);
        finished(busy);

        Use before = Use.now();
        JailId id = flood("refused", "init_module", seconds);
        double[] besideRefused = latencies(neighbour, seconds);
        long made = finished(id);
        Use after = Use.now();
        List<Denial> denials = kernel.denials();
        long counted = denials.stream()
                .filter(denial -> denial.jail().equals(id))
                .mapToLong(Denial::count)
                .sum();
        double reader = (after.readerNanos - before.readerNanos) / (double) (after.nanos - before.nanos);
        double ratio = at(besideRefused, 50) / at(besideBusy, 50);
        say("");
        say("A jail that is refused %,d times a second, for %d s; a neighbour gives back a byte over TCP, %d times a second meanwhile.", RATE, seconds,
                REQUESTS_A_SECOND);
        say("");
        say("| | |");
        say("|---|---|");
        say("| refused | %,d, of which %,d were counted%s |", made, counted,
                denials.stream().anyMatch(Denial::atLeast) ? ", and it is said that there were more" : "");
        say("| the reader's share of one processor | %.1f %% |", 100 * reader);
        say("| heap after a collection, before and after | %.1f, %.1f MiB |", before.heapMebibytes, after.heapMebibytes);
        say("| resident memory, before and after | %.0f, %.0f MiB |", before.residentMebibytes, after.residentMebibytes);
        say("| the neighbour's answer, idle | p50 %.0f µs, p95 %.0f, p99 %.0f |", at(idle, 50), at(idle, 95), at(idle, 99));
        say("| beside a jail that makes as many calls and is allowed them | p50 %.0f µs, p95 %.0f, p99 %.0f |", at(besideBusy, 50), at(besideBusy, 95),
                at(besideBusy, 99));
        say("| beside the jail that is refused | p50 %.0f µs, p95 %.0f, p99 %.0f |", at(besideRefused, 50), at(besideRefused, 95), at(besideRefused, 99));
        target(made >= 0.9 * RATE * seconds, "the jail was refused %,d times only, in %d s", made, seconds);
        target(reader <= MAX_READER, "the reader takes %.1f %% of a processor, wanted %.0f", 100 * reader, 100 * MAX_READER);
        target(after.heapMebibytes - before.heapMebibytes <= MAX_GROWTH_MEBIBYTES, "the heap grew by %.1f MiB, wanted %.0f",
                after.heapMebibytes - before.heapMebibytes, MAX_GROWTH_MEBIBYTES);
        target(ratio <= MAX_LATENCY_RATIO, "the neighbour's p50 is %.2f of that beside allowed calls, wanted %.0f", ratio, MAX_LATENCY_RATIO);
    }

    private JailId flood(String name, String call, int seconds) throws IOException {
        int number = SyscallTable.linux().named(call).number(Architecture.host()).orElseThrow();
        JailId id = start(definition(name, "198.19.251.3", "/calls", "flood", Integer.toString(RATE), Integer.toString(seconds),
                Integer.toString(number)));
        awaitLog(id, "begin");
        return id;
    }

    private void flooded(String name, String call, int seconds) throws IOException, InterruptedException {
        finished(flood(name, call, seconds));
    }

    /** How many calls it made. */
    private long finished(JailId id) throws IOException, InterruptedException {
        awaitEnd(id);
        String made = logOf(id).lines().filter(line -> line.startsWith("made ")).findFirst().orElseThrow();
        kernel.release(id);
        return Long.parseLong(made.split(" ")[1]);
    }

    /** Times of one byte there and back, in microseconds; for most of the time that a flood takes. */
    private static double[] latencies(JailDefinition neighbour, int seconds) throws IOException {
        double[] micros = new double[Math.max(1, (seconds - 1) * REQUESTS_A_SECOND)];
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(neighbour.addresses().v4().orElseThrow().value(), PORT), 10_000);
            socket.setSoTimeout(10_000);
            long due = System.nanoTime();
            for (int i = 0; i < micros.length; i++) {
                LockSupport.parkNanos(due - System.nanoTime());
                due += 1_000_000_000L / REQUESTS_A_SECOND;
                long start = System.nanoTime();
                socket.getOutputStream().write('x');
                if (socket.getInputStream().read() != 'x') {
                    throw new IOException("the neighbour did not give the byte back");
                }
                micros[i] = (System.nanoTime() - start) / 1e3;
            }
        }
        return micros;
    }

    private record Use(long nanos, long readerNanos, double heapMebibytes, double residentMebibytes) {

        static Use now() throws IOException {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            return new Use(System.nanoTime(), readerCpuNanos(), (runtime.totalMemory() - runtime.freeMemory()) / (double) (1 << 20), resident());
        }

        /** Processor time of the thread that reads the kernel's audit. */
        private static long readerCpuNanos() {
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            return Stream.of(threads.getThreadInfo(threads.getAllThreadIds()))
                    .filter(thread -> thread != null && thread.getThreadName().equals("denials"))
                    .mapToLong(ThreadInfo::getThreadId)
                    .map(threads::getThreadCpuTime)
                    .filter(nanos -> nanos > 0)
                    .sum();
        }

        private static double resident() throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElseThrow();
        }
    }

    // ---- jails ------------------------------------------------------------------------------------------------------

    private JailDefinition definition(String name, String address, String... argv) throws IOException {
        Path root = directory.resolve("jails").resolve(name);
        Files.createDirectories(root);
        Files.copy(program, root.resolve("calls"), StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
        return new JailDefinition(
                new JailName(name),
                new Hostname(name + ".example"),
                new RootPath(root.toString()),
                new Base.Directory(),
                IpAddresses.of(address),
                Policy.of(Profile.HOSTING),
                new Command(List.of(argv), Map.of()),
                Limits.NONE,
                WantedState.RUNNING);
    }

    private JailId start(JailDefinition definition) {
        JailId id = new JailId(UUID.randomUUID());
        kernel.start(id, 1, "00", definition);
        return id;
    }

    private void awaitEnd(JailId id) throws InterruptedException {
        JailId ended = ends.poll(60, TimeUnit.SECONDS);
        if (!id.equals(ended)) {
            throw new IllegalStateException("not this jail, but " + ended + " ended within a minute");
        }
    }

    private void awaitLog(JailId id, String text) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!logOf(id).contains(text)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the jail never said " + text + ": " + logOf(id));
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private String logOf(JailId id) throws IOException {
        Path log = directory.resolve("logs").resolve(id + ".log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private static double at(double[] values, int percentile) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[Math.min(sorted.length - 1, sorted.length * percentile / 100)];
    }

    private void target(boolean met, String otherwise, Object... values) {
        if (!met) {
            missed.add(otherwise.formatted(values));
        }
    }

    private static String kernelVersion() throws IOException {
        return "Linux " + Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    }

    /** The load of the last minute, proc_loadavg(5). */
    private static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }

    private static String processor() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.replaceFirst(".*: ", ""))
                .findFirst()
                .orElse("unnamed");
    }

    private void say(String format, Object... values) {
        report.append(values.length == 0 ? format : format.formatted(values)).append('\n');
    }

    @Override
    public void close() {
        kernel.observe().forEach(jail -> kernel.release(jail.id()));
        kernel.close();
    }
}
