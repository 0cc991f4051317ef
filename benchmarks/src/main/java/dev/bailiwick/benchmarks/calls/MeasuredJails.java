package dev.bailiwick.benchmarks.calls;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.linux.LinuxKernel;
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
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Starts jails with the code of the agent. Their only program is the one that makes calls. */
final class MeasuredJails implements AutoCloseable {

    private final Path directory;
    private final Path program;
    private final LinuxKernel kernel;
    private final BlockingQueue<JailId> ends = new LinkedBlockingQueue<>();

    MeasuredJails(Path directory, Path program) {
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
                Clock.systemUTC(),
                Set.of());
        kernel.onEnd(end -> ends.add(end.jail()));
    }

    Path program() {
        return program;
    }

    /** Returns whether the agent can read this machine's audit, and so counts blocked calls. */
    boolean countsDenials() {
        return kernel.facts().capabilities().contains(Capability.available("denials"));
    }

    List<Denial> denials() {
        return kernel.denials();
    }

    void release(JailId id) {
        kernel.release(id);
    }

    void deleteFiles(JailId id, JailDefinition definition) {
        kernel.deleteFiles(id, definition.path(), definition.base());
    }

    JailDefinition definition(String name, String address, String... argv) throws IOException {
        Path root = directory.resolve("jails").resolve(name);
        Files.createDirectories(root);
        Files.copy(
                program,
                root.resolve("calls"),
                StandardCopyOption.COPY_ATTRIBUTES,
                StandardCopyOption.REPLACE_EXISTING);
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

    JailId start(JailDefinition definition) {
        JailId id = new JailId(UUID.randomUUID());
        kernel.start(id, 1, "00", definition);
        return id;
    }

    void awaitEnd(JailId id) throws InterruptedException {
        JailId ended = ends.poll(60, TimeUnit.SECONDS);
        if (!id.equals(ended)) {
            throw new IllegalStateException("the jail did not end within a minute; ended: " + ended);
        }
    }

    void awaitLog(JailId id, String text) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!logOf(id).contains(text)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the jail's log does not contain " + text + ": " + logOf(id));
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    String logOf(JailId id) throws IOException {
        Path log = directory.resolve("logs").resolve(id.toString()).resolve("0".repeat(19) + ".log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    @Override
    public void close() {
        kernel.observe().forEach(jail -> kernel.release(jail.id()));
        kernel.close();
    }
}
