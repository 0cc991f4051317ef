import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Command;
import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.syscall.Policy;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.protocol.Wire;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Commit;
import dev.bailiwick.protocol.v1.LinkGrpc;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.protocol.v1.SnapshotBegin;
import dev.bailiwick.protocol.v1.Welcome;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What an agent costs its host: an agent as it is installed, on a link to a server that is this program, runs many jails, is
 * killed, and finds them again.
 */
final class AgentBench {

    private static final long MINUTES_10 = TimeUnit.MINUTES.toNanos(10);
    private static final int STARTS = 5;
    private static final int CHANGES = 200;
    private static final int IDLE_SECONDS = 20;
    private static final String CGROUP = "bailiwick-agent-bench";
    private static final Logger LINK_LOG = Logger.getLogger("io.grpc");

    private final Path directory;
    private final Path program;
    private final LocalServer server;
    private final StringBuilder report = new StringBuilder();

    private AgentBench(Path directory, Path program) throws Exception {
        this.directory = directory;
        this.program = program;
        this.server = new LocalServer(directory);
    }

    /** Arguments: a directory to work in, the agent's launcher, how many jails, the same and fewer to start with, where to write. */
    public static void main(String[] arguments) throws Exception {
        // That an agent was killed is no news.
        LINK_LOG.setLevel(Level.OFF);
        AgentBench bench = new AgentBench(Path.of(arguments[0]), Path.of(arguments[1]));
        List<Integer> counts = Arrays.stream(arguments[2].split(",")).map(Integer::valueOf).toList();
        try {
            bench.run(counts);
        } finally {
            bench.server.close();
        }
        System.out.print(bench.report);
        Section.write(Path.of(arguments[3]), "./bench agent", bench.report);
    }

    // ---- what is measured -------------------------------------------------------------------------------------------

    private void run(List<Integer> counts) throws Exception {
        List<Row> rows = new ArrayList<>();
        for (int count : counts) {
            rows.add(measured(count));
        }
        say("## The agent itself");
        say("");
        say("By `./bench agent` on %s, %d processors (%s), %s. An agent as it is installed, on a link with mutual TLS, with idle",
                kernelVersion(), Runtime.getRuntime().availableProcessors(), processor(), LocalDate.now());
        say("jails (`sleep`, addresses, profile `hosting`) that run on while it is killed and started again: the median of %d starts.", STARTS);
        say("*Ready* is when it has found every jail again, watches it, reads its console and works towards the desired state on its disk.");
        say("");
        say("| jails | %s |", String.join(" | ", rows.stream().map(row -> "" + row.jails).toList()));
        say("|---|%s|", String.join("|", rows.stream().map(_ -> "---").toList()));
        line(rows, "ready after the start of its process, ms (least to most)",
                row -> "%d (%d–%d)".formatted(row.ready.get(STARTS / 2), row.ready.getFirst(), row.ready.getLast()));
        line(rows, "connected again, and the server told of every jail, ms", row -> "" + row.told.get(STARTS / 2));
        line(rows, "memory after a start: RSS, MiB", row -> "%.1f".formatted(row.started.rss / 1024.0));
        line(rows, "memory, idle, of the agent that started them: RSS, MiB", row -> "%.1f".formatted(row.idleFirst.rss / 1024.0));
        line(rows, "memory, idle, after a start: RSS, MiB", row -> "%.1f".formatted(row.idle.rss / 1024.0));
        line(rows, "of that, PSS", row -> "%.1f".formatted(row.idle.pss / 1024.0));
        line(rows, "of that, private", row -> "%.1f".formatted(row.idle.ownKilobytes / 1024.0));
        line(rows, "of that, files (libraries, class archive)", row -> "%.1f".formatted(row.idle.files / 1024.0));
        line(rows, "share of a processor, idle for " + IDLE_SECONDS + " s, %", row -> "%.2f".formatted(row.idleShare));
        line(rows, "file descriptors", row -> "" + row.descriptors);
        line(rows, "threads", row -> "" + row.threads);
        line(rows, "a change accepted, durably: p50, p99, ms",
                row -> "%.2f, %.2f".formatted(row.accepted.get(CHANGES / 2) / 1e6, row.accepted.get(CHANGES * 99 / 100) / 1e6));
        line(rows, "processor time of the agent for it, ms", row -> "%.2f".formatted(row.changeMillis));
    }

    private interface Cell {
        String of(Row row);
    }

    private void line(List<Row> rows, String name, Cell cell) {
        say("| %s | %s |", name, String.join(" | ", rows.stream().map(cell::of).toList()));
    }

    private record Row(int jails, List<Long> ready, List<Long> told, Memory started, Memory idleFirst, Memory idle, double idleShare,
            long descriptors, long threads, List<Long> accepted, double changeMillis) {}

    private Row measured(int count) throws Exception {
        List<Desired> jails = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            jails.add(jail(i, new JailId(UUID.randomUUID()), 1, WantedState.RUNNING));
        }
        server.desire(jails);
        Agent agent = new Agent();
        try {
            agent.awaitReady();
            server.awaitReports("running", count);
            idle(agent);
            Memory idleFirst = agent.memory();
            List<Long> ready = new ArrayList<>();
            List<Long> told = new ArrayList<>();
            for (int i = 0; i < STARTS; i++) {
                agent.kill();
                server.forgetAgent();
                agent = new Agent();
                ready.add(agent.awaitReady());
                server.awaitReports("running", count);
                told.add(agent.millis());
            }
            Memory started = agent.memory();
            TimeUnit.SECONDS.sleep(IDLE_SECONDS);
            double idleShare = idle(agent);
            Memory idle = agent.memory();
            long descriptors = agent.descriptors();
            long threads = agent.threads();
            long ran = agent.ran();
            List<Long> accepted = changes();
            double changeMillis = (agent.ran() - ran) / 1e6 / CHANGES;
            ready.sort(null);
            told.sort(null);
            return new Row(count, ready, told, started, idleFirst, idle, idleShare, descriptors, threads, accepted, changeMillis);
        } finally {
            server.awaitReports("removed", server.removeAll());
            agent.kill();
        }
    }

    private static double idle(Agent agent) throws Exception {
        long ran = agent.ran();
        long began = System.nanoTime();
        TimeUnit.SECONDS.sleep(IDLE_SECONDS);
        return (agent.ran() - ran) * 100.0 / (System.nanoTime() - began);
    }

    /** One jail is redefined again and again, in a way that starts nothing. */
    private List<Long> changes() throws Exception {
        JailId id = new JailId(UUID.randomUUID());
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i < CHANGES; i++) {
            long began = System.nanoTime();
            server.change(jail(60_000, id, i + 1, WantedState.STOPPED));
            nanos.add(System.nanoTime() - began);
            TimeUnit.MILLISECONDS.sleep(20);
        }
        nanos.sort(null);
        return nanos;
    }

    private Desired jail(int number, JailId id, int generation, WantedState wanted) {
        return new Desired.Kept(id, generation, new JailDefinition(
                new JailName("bench-" + number),
                new Hostname("bench-" + number + ".example"),
                new RootPath(directory.resolve("jails/" + id).toString()),
                new Base.Thin(),
                IpAddresses.of("198.19." + (number / 250) + "." + (1 + number % 250)),
                Policy.of(Profile.HOSTING),
                new Command(List.of("/usr/bin/sleep", "100000"), Map.of()),
                Limits.NONE,
                wanted));
    }

    // ---- the agent --------------------------------------------------------------------------------------------------

    /** Kilobytes, as proc_pid_smaps(5) and proc_pid_status(5) count them. */
    private record Memory(long rss, long pss, long ownKilobytes, long files) {}

    private final class Agent {
        private final long began = System.nanoTime();
        private final Process process;
        private final BlockingQueue<Long> ready = new LinkedBlockingQueue<>();

        Agent() throws IOException {
            Path log = directory.resolve("agent.log");
            process = new ProcessBuilder(
                            program.toString(), "run", "--state", directory.resolve("state").toString(), "--root-base",
                            directory.resolve("jails").toString(), "--runtime", directory.resolve("run").toString(), "--logs",
                            directory.resolve("logs").toString(), "--cgroup", CGROUP, "--first-host-id", "1744830464", "--host-id-ranges", "2000")
                    .redirectErrorStream(true)
                    .start();
            Thread.ofPlatform().daemon().start(() -> {
                try (BufferedReader lines = process.inputReader(); var copy = Files.newBufferedWriter(log)) {
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                        if (line.contains(" Reconciler: ") && line.contains("reconciling")) {
                            ready.add(millis());
                        }
                        copy.append(line).append('\n').flush();
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
        }

        long millis() {
            return (System.nanoTime() - began) / 1_000_000;
        }

        long awaitReady() throws InterruptedException {
            Long millis = ready.poll(60, TimeUnit.SECONDS);
            if (millis == null) {
                throw new IllegalStateException("the agent is not ready within a minute: " + directory.resolve("agent.log"));
            }
            return millis;
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        Memory memory() throws IOException {
            return new Memory(
                    field("status", "VmRSS:"),
                    field("smaps_rollup", "Pss:"),
                    field("smaps_rollup", "Private_Clean:") + field("smaps_rollup", "Private_Dirty:"),
                    field("status", "RssFile:"));
        }

        long threads() throws IOException {
            return field("status", "Threads:");
        }

        long descriptors() throws IOException {
            try (var all = Files.list(of("fd"))) {
                return all.count();
            }
        }

        /** Nanoseconds that its threads, of which none ends meanwhile, have run: Documentation/scheduler/sched-stats.rst. */
        long ran() throws IOException {
            try (var threads = Files.list(of("task"))) {
                long nanos = 0;
                for (Path thread : threads.toList()) {
                    nanos += Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
                }
                return nanos;
            }
        }

        private long field(String file, String name) throws IOException {
            return Files.readAllLines(of(file)).stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        }

        private Path of(String file) {
            return Path.of("/proc/" + process.pid() + "/" + file);
        }
    }

    // ---- the server -------------------------------------------------------------------------------------------------

    /** Says what is wanted and hears what is true, as the real one does on the link, and keeps nothing. */
    private static final class LocalServer extends LinkGrpc.LinkImplBase {

        private final Server server;
        private final Map<String, String> phases = new ConcurrentHashMap<>();
        private final BlockingQueue<Long> accepted = new LinkedBlockingQueue<>();
        private final Set<Desired> desired = ConcurrentHashMap.newKeySet();
        private long revision;
        private volatile StreamObserver<ServerMessage> agent;

        LocalServer(Path directory) throws Exception {
            Path file = directory.resolve("key.p12");
            keytool(file, "-alias", "authority", "-dname", "CN=bench authority", "-ext", "bc:c");
            keytool(file, "-alias", "host", "-dname", "CN=bench", "-ext", "san=ip:127.0.0.1", "-signer", "authority");
            KeyStore keys = KeyStore.getInstance(file.toFile(), "changeit".toCharArray());
            PrivateKey key = (PrivateKey) keys.getKey("host", "changeit".toCharArray());
            X509Certificate certificate = (X509Certificate) keys.getCertificate("host");
            X509Certificate authority = (X509Certificate) keys.getCertificate("authority");
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sslContext(GrpcSslContexts.configure(SslContextBuilder.forServer(key, certificate, authority), SslProvider.JDK)
                            .trustManager(authority)
                            .clientAuth(ClientAuth.REQUIRE)
                            .build())
                    .permitKeepAliveTime(5, TimeUnit.SECONDS)
                    .addService(this)
                    .build()
                    .start();
            Path state = Files.createDirectories(directory.resolve("state"));
            Files.writeString(
                    state.resolve("identity.pem"),
                    "Host: " + UUID.randomUUID() + "\nName: bench\nServer: 127.0.0.1:" + server.getPort() + "\n"
                            + pem("PRIVATE KEY", key.getEncoded()) + pem("CERTIFICATE", certificate.getEncoded())
                            + pem("CERTIFICATE", authority.getEncoded()));
        }

        private static void keytool(Path file, String... options) throws IOException, InterruptedException {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin/keytool").toString(), "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1",
                    "-validity", "2", "-storetype", "PKCS12", "-keystore", file.toString(), "-storepass", "changeit"));
            command.addAll(List.of(options));
            if (new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() != 0) {
                throw new IllegalStateException("keytool cannot make a key");
            }
        }

        private static String pem(String label, byte[] content) {
            return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END " + label + "-----\n";
        }

        @Override
        public synchronized StreamObserver<AgentMessage> session(StreamObserver<ServerMessage> responses) {
            return new StreamObserver<>() {
                @Override
                public void onNext(AgentMessage message) {
                    switch (message.getMessageCase()) {
                        case HELLO -> hello(responses, message.getHello().getAcceptedRevision());
                        case ACCEPTED -> accepted.add(message.getAccepted().getRevision());
                        case REPORTS -> message.getReports().getReportsList().forEach(one -> phases.put(one.getJailId(), one.getPhase()));
                        default -> {}
                    }
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {}
            };
        }

        private synchronized void hello(StreamObserver<ServerMessage> responses, long agentHas) {
            agent = responses;
            responses.onNext(ServerMessage.newBuilder().setWelcome(Welcome.newBuilder().setHeartbeatIntervalMillis(5_000)).build());
            if (agentHas < revision) {
                responses.onNext(ServerMessage.newBuilder().setSnapshotBegin(SnapshotBegin.getDefaultInstance()).build());
                desired.forEach(one -> responses.onNext(Wire.toWire(one)));
                commit(responses);
            }
        }

        private void commit(StreamObserver<ServerMessage> responses) {
            responses.onNext(ServerMessage.newBuilder().setCommit(Commit.newBuilder().setRevision(revision)).build());
        }

        synchronized void desire(List<Desired> jails) {
            desired.clear();
            desired.addAll(jails);
            forgetAgent();
            revision++;
        }

        /** Returns when the agent says that this is durable. */
        void change(Desired jail) throws InterruptedException {
            accepted.clear();
            synchronized (this) {
                revision++;
                desired.removeIf(one -> one.id().equals(jail.id()));
                desired.add(jail);
                agent.onNext(Wire.toWire(jail));
                commit(agent);
            }
            if (accepted.poll(30, TimeUnit.SECONDS) == null) {
                throw new IllegalStateException("a change was not accepted");
            }
        }

        /** Returns how many there were. */
        synchronized int removeAll() {
            revision++;
            for (Desired one : desired) {
                Desired.Kept kept = (Desired.Kept) one;
                agent.onNext(Wire.toWire((Desired) new Desired.Removed(
                        kept.id(), kept.generation() + 1, kept.definition().path(), kept.definition().base(), Desired.FilesFate.DELETED)));
            }
            commit(agent);
            return desired.size();
        }

        /** The agent has gone; the next one is to tell all. */
        synchronized void forgetAgent() {
            agent = null;
            phases.clear();
        }

        void awaitReports(String phase, int count) throws InterruptedException {
            await(() -> agent != null && phases.values().stream().filter(phase::equals).count() >= count, count + " jails " + phase);
        }

        private static void await(BooleanSupplier condition, String what) throws InterruptedException {
            long deadline = System.nanoTime() + MINUTES_10;
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("gave up waiting for: " + what);
                }
                TimeUnit.MILLISECONDS.sleep(2);
            }
        }

        void close() {
            server.shutdownNow();
        }
    }

    private void say(String format, Object... values) {
        report.append(format.formatted(values)).append('\n');
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
}
