package dev.bailiwick.benchmarks.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The network namespaces around the host of the benchmark, which has one itself: a server beyond the host, and a path of the same length without
 * jails. A router connects its two ends as the host connects a jail with the server, but has no rules and tracks no connections. No packet leaves
 * these namespaces.
 */
final class Namespaces implements AutoCloseable {

    static final String BEYOND = "192.0.2.1";
    static final String FAR = "203.0.113.2";
    static final int PORT = 5001;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Path tool;
    private final List<Process> processes = new ArrayList<>();
    private final long beyond;
    private final long near;

    /** @param tool the compiled {@code network.c} */
    Namespaces(Path tool) throws IOException, InterruptedException {
        this.tool = tool;
        beyond = create();
        long router = create();
        near = create();
        long far = create();
        run(
                "/bin/sh",
                "-ec",
                "ip link set lo up; ip link add up0 type veth peer name eth0 netns " + beyond
                        + "; ip addr add 192.0.2.2/24 dev up0; ip link set up0 up; sysctl -q -w net.ipv4.ip_forward=1");
        inside(beyond, "ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up; ip route add default via 192.0.2.2");
        inside(
                router,
                "ip link add near type veth peer name eth0 netns " + near
                        + "; ip link add far type veth peer name eth0 netns " + far
                        + "; ip addr add 198.51.100.1/24 dev near; ip addr add 203.0.113.1/24 dev far"
                        + "; ip link set near up; ip link set far up; sysctl -q -w net.ipv4.ip_forward=1");
        inside(
                near,
                "ip addr add 198.51.100.2/24 dev eth0; ip link set eth0 up; ip route add default via 198.51.100.1");
        inside(far, "ip addr add 203.0.113.2/24 dev eth0; ip link set eth0 up; ip route add default via 203.0.113.1");
        serve(beyond);
        serve(far);
    }

    /** Returns a process in the namespace from which the path without jails begins. */
    long near() {
        return near;
    }

    private long create() throws IOException, InterruptedException {
        Process holder = new ProcessBuilder("unshare", "--net", "sleep", "3600").start();
        processes.add(holder);
        Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (Files.readSymbolicLink(Path.of("/proc/" + holder.pid() + "/ns/net"))
                .equals(own)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("no network namespace within 10 s");
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return holder.pid();
    }

    private void serve(long pid) throws IOException {
        Process server = new ProcessBuilder(
                        "nsenter", "-t", Long.toString(pid), "-n", tool.toString(), "serve", Integer.toString(PORT))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(server);
        if (!"ready".equals(server.inputReader().readLine())) {
            throw new IllegalStateException("the server did not start");
        }
    }

    /**
     * Runs the tool in the network namespace of a process.
     *
     * @return the number that it prints
     */
    double measure(long pid, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("nsenter", "-t", Long.toString(pid), "-n", tool.toString()));
        command.addAll(List.of(arguments));
        return Double.parseDouble(run(command.toArray(String[]::new)).strip());
    }

    private static void inside(long pid, String script) throws IOException, InterruptedException {
        run("nsenter", "-t", Long.toString(pid), "-n", "/bin/sh", "-ec", script);
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(
                    String.join(" ", command) + " ended with " + process.exitValue() + ": " + said);
        }
        return said;
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
    }
}
