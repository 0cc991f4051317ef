package dev.bailiwick.benchmarks.calls;

import static dev.bailiwick.benchmarks.report.Percentiles.at;

import dev.bailiwick.benchmarks.report.Report;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Measures what a jail with a hundred thousand blocked calls a second costs the agent and a neighbour. */
final class BlockedCalls {

    private static final double MAX_READER = 0.20;
    private static final double MAX_GROWTH_MEBIBYTES = 8;
    private static final double MAX_LATENCY_RATIO = 2;

    private static final int RATE = 100_000;
    private static final int REQUESTS_A_SECOND = 100;
    private static final int PORT = 80;

    private final MeasuredJails jails;
    private final Report report;
    private final Targets targets;

    BlockedCalls(MeasuredJails jails, Report report, Targets targets) {
        this.jails = jails;
        this.report = report;
        this.targets = targets;
    }

    void run(int seconds) throws IOException, InterruptedException {
        if (!jails.countsDenials()) {
            report.line("");
            report.line("Blocked calls are not counted on this machine: its audit cannot be read.");
            return;
        }
        JailDefinition neighbour =
                jails.definition("neighbour", "198.19.251.2", "/calls", "serve", Integer.toString(PORT));
        jails.awaitLog(jails.start(neighbour), "listening");
        warmUp("warm", "getppid", 2);
        double[] idle = latencies(neighbour, seconds);
        JailId busy = flood("busy", "getppid", seconds);
        double[] besideBusy = latencies(neighbour, seconds);
        awaitEnd(busy);

        Use before = Use.now();
        JailId id = flood("refused", "init_module", seconds);
        double[] besideRefused = latencies(neighbour, seconds);
        long made = awaitEnd(id);
        Use after = Use.now();
        List<Denial> denials = jails.denials();
        long counted = denials.stream()
                .filter(denial -> denial.jail().equals(id))
                .mapToLong(Denial::count)
                .sum();
        double reader = (after.readerNanos - before.readerNanos) / (double) (after.nanos - before.nanos);
        double ratio = at(besideRefused, 50) / at(besideBusy, 50);
        report.line("");
        report.line(
                "A jail makes %,d blocked calls a second, for %d s; meanwhile a neighbour returns a byte over TCP %d times a second.",
                RATE, seconds, REQUESTS_A_SECOND);
        report.line("");
        report.line("| | |");
        report.line("|---|---|");
        report.line(
                "| blocked calls | %,d, counted %,d%s |",
                made, counted, denials.stream().anyMatch(Denial::atLeast) ? " or more" : "");
        report.line("| share of one processor of the thread that counts | %.1f %% |", 100 * reader);
        report.line(
                "| heap after a collection, before and after | %.1f, %.1f MiB |",
                before.heapMebibytes, after.heapMebibytes);
        report.line(
                "| resident memory, before and after | %.0f, %.0f MiB |",
                before.residentMebibytes, after.residentMebibytes);
        report.line(
                "| the neighbour's answer, alone | p50 %.0f µs, p95 %.0f, p99 %.0f |",
                at(idle, 50), at(idle, 95), at(idle, 99));
        report.line(
                "| beside a jail with as many allowed calls | p50 %.0f µs, p95 %.0f, p99 %.0f |",
                at(besideBusy, 50), at(besideBusy, 95), at(besideBusy, 99));
        report.line(
                "| beside the jail with blocked calls | p50 %.0f µs, p95 %.0f, p99 %.0f |",
                at(besideRefused, 50), at(besideRefused, 95), at(besideRefused, 99));
        targets.require(made >= 0.9 * RATE * seconds, "the jail made only %,d blocked calls in %d s", made, seconds);
        targets.require(
                reader <= MAX_READER,
                "the thread that counts takes %.1f %% of a processor, target %.0f",
                100 * reader,
                100 * MAX_READER);
        targets.require(
                after.heapMebibytes - before.heapMebibytes <= MAX_GROWTH_MEBIBYTES,
                "the heap grew by %.1f MiB, target %.0f",
                after.heapMebibytes - before.heapMebibytes,
                MAX_GROWTH_MEBIBYTES);
        targets.require(
                ratio <= MAX_LATENCY_RATIO,
                "the neighbour's p50 is %.2f of that beside allowed calls, target %.0f",
                ratio,
                MAX_LATENCY_RATIO);
    }

    private JailId flood(String name, String call, int seconds) throws IOException {
        int number =
                SyscallTable.linux().named(call).number(Architecture.host()).orElseThrow();
        JailId id = jails.start(jails.definition(
                name,
                "198.19.251.3",
                "/calls",
                "flood",
                Integer.toString(RATE),
                Integer.toString(seconds),
                Integer.toString(number)));
        jails.awaitLog(id, "begin");
        return id;
    }

    private void warmUp(String name, String call, int seconds) throws IOException, InterruptedException {
        awaitEnd(flood(name, call, seconds));
    }

    /** Waits for the end of the jail; returns the number of calls that it made. */
    private long awaitEnd(JailId id) throws IOException, InterruptedException {
        jails.awaitEnd(id);
        String made = jails.logOf(id)
                .lines()
                .filter(line -> line.startsWith("made "))
                .findFirst()
                .orElseThrow();
        jails.release(id);
        return Long.parseLong(made.split(" ", -1)[1]);
    }

    /** Returns the round-trip times of one byte, in microseconds, over most of the time of a flood. */
    private static double[] latencies(JailDefinition neighbour, int seconds) throws IOException {
        double[] micros = new double[Math.max(1, (seconds - 1) * REQUESTS_A_SECOND)];
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.connect(
                    new InetSocketAddress(
                            neighbour.addresses().v4().orElseThrow().value(), PORT),
                    10_000);
            socket.setSoTimeout(10_000);
            long due = System.nanoTime();
            for (int i = 0; i < micros.length; i++) {
                LockSupport.parkNanos(due - System.nanoTime());
                due += 1_000_000_000L / REQUESTS_A_SECOND;
                long start = System.nanoTime();
                socket.getOutputStream().write('x');
                if (socket.getInputStream().read() != 'x') {
                    throw new IOException("the neighbour did not return the byte");
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
            return new Use(
                    System.nanoTime(),
                    readerCpuNanos(),
                    (runtime.totalMemory() - runtime.freeMemory()) / (double) (1 << 20),
                    resident());
        }

        /** Returns the processor time of the thread that reads the kernel's audit. */
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
}
