package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bailiwick.agent.kernel.HostClaimed;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.JailLifecycle.Started;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.kernel.Risk;
import dev.bailiwick.agent.kernel.linux.network.OutgoingLimit;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.FileTree;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.syscall.Profile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** A host for one test: private directories, cgroup and ids, on the real kernel. */
public final class TestHost implements AutoCloseable {

    private static final int RANGES = 1000;

    /** Above the ids of an agent without options, of the benchmarks and of the other tests. */
    private static final long FIRST_ID = 32_768L * HostLayout.RANGE_WIDTH;

    /** The number of test hosts that can share a machine, in any processes. */
    private static final int HOSTS = 32;

    /** The first id of ranges that no test host has. */
    public static final long IDS_OF_NONE = FIRST_ID + (long) HOSTS * RANGES * HostLayout.RANGE_WIDTH;

    /** Each test host also has its own addresses. */
    private static final int FIRST_NETWORK = 192;

    public static final Duration PATIENCE = Duration.ofSeconds(60);

    /** An emulated guest takes seconds to start a program. */
    private static final Duration FIRST_WORDS = Duration.ofSeconds(60);

    private static final long PAUSE_NANOS = 1_000_000;

    private final Path parent;
    private final Set<Risk> accepted;
    private final Optional<Path> lxcfs;
    private final BooleanSupplier redirects;
    private final Path directory;
    public final HostLayout layout;
    public LinuxKernel kernel;
    private final BlockingQueue<JailEnd> ends = new LinkedBlockingQueue<>();
    private final Map<JailId, JailDefinition> started = new ConcurrentHashMap<>();

    public TestHost() throws IOException {
        this(Path.of("/tmp"));
    }

    /** @param parent the directory for its files, for tests that need their own file system */
    public TestHost(Path parent) throws IOException {
        // The test machine may have no memory controller.
        this(parent, Set.of(Risk.UNBOUNDED_SYSTEM));
    }

    /** @param accepted the risks that its operator accepts */
    TestHost(Path parent, Set<Risk> accepted) throws IOException {
        this(parent, accepted, Optional.empty(), OutgoingLimit::canRedirect);
    }

    /** @param lxcfs where an lxcfs is mounted */
    TestHost(Optional<Path> lxcfs) throws IOException {
        this(Path.of("/tmp"), Set.of(Risk.UNBOUNDED_SYSTEM), lxcfs, OutgoingLimit::canRedirect);
    }

    /** Returns a host whose kernel lacks the devices in which what jails send can wait. */
    static TestHost withoutDevices() throws IOException {
        return new TestHost(Path.of("/tmp"), Set.of(Risk.UNBOUNDED_SYSTEM), Optional.empty(), () -> false);
    }

    private TestHost(Path parent, Set<Risk> accepted, Optional<Path> lxcfs, BooleanSupplier redirects)
            throws IOException {
        this.redirects = redirects;
        this.accepted = accepted;
        this.lxcfs = lxcfs;
        this.parent = parent;
        this.directory = Files.createTempDirectory(parent, "bailiwick-kernel-");
        HostLayout chosen = null;
        LinuxKernel opened = null;
        for (int tried = 0; opened == null; tried++) {
            chosen = layout(Math.floorMod(ProcessHandle.current().pid() + tried, HOSTS));
            try {
                opened = open(chosen);
            } catch (HostClaimed e) {
                if (tried == HOSTS) {
                    throw e;
                }
            }
        }
        this.layout = Objects.requireNonNull(chosen);
        this.kernel = opened;
    }

    /** @param place its number among all test hosts; it determines its ids, and with them its links */
    HostLayout layout(int place) {
        return new HostLayout(
                directory.resolve("jails"),
                directory.resolve("run"),
                directory.resolve("log"),
                directory.resolve("state"),
                "bailiwick-test-" + directory.getFileName().toString().replaceAll("\\D", ""),
                FIRST_ID + (long) place * RANGES * HostLayout.RANGE_WIDTH,
                RANGES);
    }

    private int place() {
        return (int) ((layout.firstHostId() - FIRST_ID) / HostLayout.RANGE_WIDTH / RANGES);
    }

    public LinuxKernel open() {
        return open(layout);
    }

    private LinuxKernel open(HostLayout layout) {
        LinuxKernel opened = new LinuxKernel(layout, Clock.systemUTC(), accepted, lxcfs, redirects);
        opened.onEnd(ends::add);
        return opened;
    }

    /** Returns a host that counts denied calls; skips the test if this machine does not permit that. */
    public static TestHost countingDenials() throws IOException {
        TestHost host = new TestHost();
        assumeThat(host.kernel.facts().capabilities())
                .as("this machine's audit can be read: see the capability 'denials'")
                .contains(Capability.available("denials"));
        return host;
    }

    /** Acts as if the agent had been killed and started again. */
    public void restartAgent() {
        kernel.close();
        kernel = open();
    }

    public JailId newId() {
        return new JailId(UUID.randomUUID());
    }

    public JailDefinition definition(String name, String... argv) {
        return new JailDefinition(
                new JailName(name),
                new Hostname(name + ".example"),
                new RootPath(layout.rootBase().resolve(name).toString()),
                new Base.Thin(),
                IpAddresses.of(
                        "198.18." + (FIRST_NETWORK + place()) + "." + (10 + Math.floorMod(name.hashCode(), 200)),
                        "fdb1:1::" + Integer.toHexString(FIRST_NETWORK + place()) + ":"
                                + Integer.toHexString(Math.floorMod(name.hashCode(), 60000) + 1)),
                Policy.of(Profile.HOSTING),
                new Command(List.of(argv), Map.of()),
                Limits.NONE,
                WantedState.RUNNING);
    }

    /** Puts a program into the root of a jail with the thin base; returns the jail's definition. */
    public static JailDefinition withProgram(JailDefinition thin, Path program, String name) throws IOException {
        Path files = Files.createDirectories(Path.of(thin.path().value(), "root"));
        Files.copy(
                program, files.resolve(name), StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
        return thin;
    }

    public Started start(JailId id, JailDefinition definition) {
        started.put(id, definition);
        return kernel.start(id, 1, "00", definition);
    }

    public JailEnd awaitEnd() throws InterruptedException {
        return awaitEnd(PATIENCE);
    }

    /** Waits for the end of a jail; its output is then in its log. */
    public JailEnd awaitEnd(Duration patience) throws InterruptedException {
        JailEnd end = awaitNotice(patience);
        kernel.awaitLog(end.jail());
        return end;
    }

    /** Waits until the kernel notifies its listener. */
    JailEnd awaitNotice(Duration patience) throws InterruptedException {
        JailEnd end = ends.poll(patience.toSeconds(), TimeUnit.SECONDS);
        if (end == null) {
            throw new AssertionError("no jail ended within " + patience + whereTheyAre());
        }
        return end;
    }

    /** Returns where in the kernel each init is: an ending init may wait there for something. */
    private String whereTheyAre() {
        return kernel.observe().stream()
                .flatMap(jail -> jail.initPid().stream().boxed())
                .map(pid -> "; init " + pid + ": "
                        + ProcessTimes.read(pid, "stat").orElse("ended") + "in "
                        + ProcessTimes.read(pid, "stack").orElse("nothing"))
                .collect(Collectors.joining());
    }

    /** Runs a script in a jail until it ends; returns its output. */
    public String outputOf(String name, String script) throws IOException, InterruptedException {
        return outputOf(definition(name, "/bin/sh", "-c", script));
    }

    public String outputOf(JailDefinition definition) throws IOException, InterruptedException {
        JailId id = newId();
        start(id, definition);
        awaitEnd();
        kernel.release(id);
        return logOf(id);
    }

    public void awaitLog(JailId id, String text) throws IOException {
        awaitLog(id, text, FIRST_WORDS);
    }

    void awaitLog(JailId id, String text, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!logOf(id).contains(text)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the log never contained '" + text + "': " + logOf(id));
            }
            // A guest has only one processor, which the jail needs.
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Returns the directory in which the kernel accounts for the jail's resources. */
    public Path cgroupOf(JailId id) throws IOException {
        String mountPoint = Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .map(line -> line.split(" ", -1))
                .filter(fields -> fields[2].equals("cgroup2"))
                .map(fields -> fields[1])
                .findFirst()
                .orElseThrow();
        long range = Files.readAllLines(layout.rootBase().resolve(".bailiwick/files")).stream()
                        .map(line -> line.split(" ", -1))
                        .filter(words -> words[1].equals(id.toString()) && words[2].matches("[0-9]+"))
                        .mapToLong(words -> Long.parseLong(words[2]))
                        .findFirst()
                        .orElseThrow()
                / HostLayout.RANGE_WIDTH;
        return Path.of(mountPoint, layout.cgroupName(), Long.toString(range));
    }

    /** Returns the number of jails' links on this host that have a route; links that wait for a jail have none. */
    public int links() throws IOException {
        long first = layout.firstHostId() / HostLayout.RANGE_WIDTH;
        Set<String> own = LongStream.range(first, first + RANGES)
                .mapToObj(number -> "bw" + number)
                .collect(Collectors.toSet());
        return (int) Files.readAllLines(Path.of("/proc/net/route")).stream()
                .map(line -> line.split("\t", -1)[0])
                .filter(own::contains)
                .distinct()
                .count();
    }

    /** Returns an IPv6 address of this host, on any network. */
    public static String ownV6() throws IOException {
        String words = Files.readAllLines(Path.of("/proc/net/if_inet6")).stream()
                .map(line -> line.split(" +", -1))
                .filter(fields -> fields[3].equals("00"))
                .map(fields -> fields[0])
                .findFirst()
                .orElseThrow();
        return words.replaceAll("(....)(?=.)", "$1:");
    }

    /** Compiles a program that needs no library and prints "probe". */
    public static void compileProbe(Path to) throws IOException, InterruptedException {
        compile("#include <unistd.h>\nint main(void) { return write(1, \"probe\\n\", 6) != 6; }\n", to);
    }

    /** Compiles these lines of C to a program that needs no library. */
    public static void compile(String lines, Path to) throws IOException, InterruptedException {
        Path source = Files.createTempFile(Path.of("/tmp"), "probe-", ".c");
        Files.writeString(source, lines);
        int status = new ProcessBuilder("cc", "-static", "-O2", "-o", to.toString(), source.toString())
                .inheritIO()
                .start()
                .waitFor();
        Files.delete(source);
        if (status != 0) {
            throw new AssertionError("cc ended with " + status);
        }
    }

    /** Returns the jail's output so far; empty if it has no log yet. */
    public String logOf(JailId id) throws IOException {
        Path[] segments;
        try (Stream<Path> files = Files.list(logDirectoryOf(id))) {
            segments = files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toArray(Path[]::new);
        } catch (NoSuchFileException e) {
            return "";
        }
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        for (Path segment : segments) {
            output.writeBytes(Files.readAllBytes(segment));
        }
        return output.toString(StandardCharsets.UTF_8);
    }

    public Path logDirectoryOf(JailId id) {
        return layout.logDirectory().resolve(id.toString());
    }

    /** Ends all jails and deletes their files and logs. The next test can use this host, which takes longer to open than most tests. */
    public void clear() throws InterruptedException {
        List<ObservedJail> jails = kernel.observe();
        Set<JailId> running = jails.stream()
                .filter(ObservedJail::isRunning)
                .map(ObservedJail::id)
                .collect(Collectors.toSet());
        running.forEach(kernel::kill);
        while (!running.isEmpty()) {
            running.remove(awaitNotice(PATIENCE).jail());
        }
        jails.forEach(jail -> kernel.release(jail.id()));
        started.forEach((jail, definition) -> kernel.deleteFiles(jail, definition.path(), definition.base()));
        started.clear();
        ends.clear();
    }

    @Override
    public void close() throws IOException {
        for (ObservedJail jail : kernel.observe()) {
            kernel.release(jail.id());
        }
        kernel.close();
        removeFiles();
    }

    /** Removes the files of a host without jails, whose kernel has been closed. */
    void removeFiles() throws IOException {
        try (Descriptor above =
                Linux.openat2(Constants.AT_FDCWD, parent.toString(), Constants.O_PATH | Constants.O_DIRECTORY, 0, 0)) {
            FileTree.delete(above, directory.getFileName().toString());
        }
    }
}
