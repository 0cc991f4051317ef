package dev.bailiwick.benchmarks.jail;

import dev.bailiwick.agent.kernel.CommandProcess;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.JailLifecycle;
import dev.bailiwick.agent.kernel.linux.LinuxKernel;
import dev.bailiwick.jail.Base;
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
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.question.SessionStart;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Runs the agent's code for jails, in a directory of the benchmark. */
final class Engine implements AutoCloseable {

    static final String CGROUP = "bailiwick-bench";

    private final Path directory;
    private final Path tools;
    private final LinuxKernel kernel;
    private final Map<JailId, BlockingQueue<Long>> ends = new ConcurrentHashMap<>();

    Engine(Path directory, Path tools) {
        this.directory = directory;
        this.tools = tools;
        this.kernel = new LinuxKernel(
                new HostLayout(
                        jails(),
                        Path.of("/run").resolve(directory.getFileName()),
                        directory.resolve("logs"),
                        directory.resolve("state"),
                        CGROUP,
                        1_744_830_464L,
                        2_000),
                Clock.systemUTC(),
                Set.of());
        kernel.onEnd(end -> ends(end.jail()).add(System.nanoTime()));
    }

    Path jails() {
        return directory.resolve("jails");
    }

    /** Returns the root of one jail, which contains only two static programs; creates it if necessary. */
    Path rootOf(JailId id) throws IOException {
        Path root = jails().resolve(id.toString());
        return Files.isDirectory(root) ? root : makeRoot(root, tools);
    }

    static Path makeRoot(Path root, Path tools) throws IOException {
        for (String name : List.of("bin", "dev", "etc", "proc", "sys", "tmp", "run", "usr", "var", "home")) {
            Files.createDirectories(root.resolve(name));
        }
        Files.copy(tools.resolve("true"), root.resolve("bin/true"));
        Files.copy(tools.resolve("pause"), root.resolve("bin/pause"));
        return root;
    }

    static JailDefinition definition(String name, Path path, Base base, String address, String... argv) {
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

    static JailId newId() {
        return new JailId(UUID.randomUUID());
    }

    JailLifecycle.Started start(JailId id, JailDefinition definition) {
        return kernel.start(id, 1, "00", definition);
    }

    /** Returns once a command in a running jail is executed; it has pipes, and nobody reads them. */
    CommandProcess enter(JailId id, String... argv) {
        return kernel.begin(new SessionStart(
                ExecId.random(),
                id,
                new Command(List.of(argv), Map.of()),
                Optional.empty(),
                WorkingDirectory.ROOT,
                Optional.empty(),
                "a benchmark"));
    }

    void terminate(JailId id) {
        kernel.terminate(id);
    }

    void kill(JailId id) {
        kernel.kill(id);
    }

    /** Waits for the end of the jail's last process; returns its time, by {@link System#nanoTime}. */
    long awaitEnd(JailId id) throws InterruptedException {
        Long reaped = ends(id).poll(30, TimeUnit.SECONDS);
        ends.remove(id);
        if (reaped == null) {
            throw new IllegalStateException("the jail did not end");
        }
        return reaped;
    }

    private BlockingQueue<Long> ends(JailId id) {
        return ends.computeIfAbsent(id, _ -> new LinkedBlockingQueue<>());
    }

    void release(JailId id) {
        kernel.release(id);
    }

    void deleteFiles(JailId id, JailDefinition definition) {
        kernel.deleteFiles(id, definition.path(), definition.base());
    }

    /** Waits until the engine's background work is done (the next sandbox, the last jail's link), so that no other start pays for it. */
    static void settle() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(50);
    }

    @Override
    public void close() {
        kernel.observe().forEach(jail -> kernel.release(jail.id()));
        kernel.close();
        try {
            Path runtime = Path.of("/run").resolve(directory.getFileName());
            Files.deleteIfExists(runtime.resolve("jails"));
            Files.deleteIfExists(runtime);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
