package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.HostFacts;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.kernel.StepClock;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Denial;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.seccomp.SeccompCompiler;
import dev.bailiwick.jail.seccomp.SeccompFilter;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jails made of Linux namespaces. Holds descriptors of what runs, so that ends and output are noticed at once, but no
 * knowledge: all of it is found again in the cgroup tree.
 */
public final class LinuxKernel implements JailKernel {

    private static final Logger LOG = LoggerFactory.getLogger(LinuxKernel.class);

    private final HostLayout layout;
    private final Clock clock;
    private final IdRanges idRanges;
    private final UserNamespaces userNamespaces = new UserNamespaces();
    private final Cgroups cgroups;
    private final StopRequest stopRequest;
    private final JailFiles files;
    private final JailNetwork network = new JailNetwork();
    private final Watch watch = new Watch();
    private final Console.Buffer consoleBuffer = new Console.Buffer();
    private final ExecutorService spares = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("jail-spares").daemon().factory());
    private final LoadedPolicies loadedPolicies;
    private final Denials denials;
    private final Map<JailId, Attended> attended = new ConcurrentHashMap<>();
    private volatile Consumer<JailEnd> listener = end -> {};

    /** What the watch looks at for one running jail. */
    private record Attended(int initPid, Descriptor process, long processKey, Console console, long consoleKey) {}

    /**
     * Prepares the host's directories.
     *
     * @throws IllegalStateException if this host lacks what every jail needs
     */
    public LinuxKernel(HostLayout layout, Clock clock) {
        this.layout = layout;
        this.clock = clock;
        makePrivate(layout.runtimeDirectory());
        makePrivate(layout.logDirectory());
        makePrivate(layout.stateDirectory());
        // Until exec a child shows the agent's memory in /proc; what is not dumpable shows it to root alone: proc(5).
        Linux.call(SystemCall.PRCTL, "not dumpable", Constants.PR_SET_DUMPABLE, 0);
        ProcessLimit.adopt();
        this.idRanges = new IdRanges(layout);
        this.cgroups = new Cgroups(layout.cgroupName());
        this.stopRequest = new StopRequest(cgroups);
        this.files = new JailFiles(layout, userNamespaces);
        this.loadedPolicies = new LoadedPolicies(layout.runtimeDirectory().resolve("jails"));
        this.denials = new Denials(clock, idRanges::jailOf, loadedPolicies).started();
        spares.execute(this::prepareNext);
    }

    @Override
    public HostFacts facts() {
        return Facts.of(layout, cgroups.controllers(), files.hasThinBase(), network, denials.trouble());
    }

    @Override
    public void onEnd(Consumer<JailEnd> toTell) {
        this.listener = toTell;
    }

    @Override
    public List<ObservedJail> observe() {
        // Side by side: an agent that begins has a thousand to adopt.
        return cgroups.jails().parallelStream().map(this::observe).toList();
    }

    private ObservedJail observe(JailId jail) {
        Optional<Cgroups.Mark> mark = cgroups.markOf(jail);
        if (mark.isEmpty()) {
            return new ObservedJail(jail, 0, "", OptionalInt.empty(), Instant.EPOCH);
        }
        boolean running = attended.containsKey(jail) || adopt(jail, mark.get());
        return observedFrom(
                jail, mark.get(), running ? OptionalInt.of(mark.get().initPid()) : OptionalInt.empty());
    }

    private static ObservedJail observedFrom(JailId jail, Cgroups.Mark mark, OptionalInt initPid) {
        return new ObservedJail(
                jail, mark.generation(), mark.fingerprint(), initPid, Instant.ofEpochMilli(mark.startedAtMillis()));
    }

    /** Takes over a jail that an earlier agent started; false where its init has ended. */
    private boolean adopt(JailId jail, Cgroups.Mark mark) {
        Descriptor process;
        try {
            process = Linux.openProcessDescriptor(mark.initPid());
        } catch (LinuxFailure e) {
            if (e.errno() == Errno.ESRCH) {
                return false;
            }
            throw e;
        }
        // The descriptor first, then who it is: so the number can not be given to another process in between.
        if (!ProcessTimes.startTicks(mark.initPid()).equals(Optional.of(mark.startTicks()))
                || !cgroups.contains(jail, mark.initPid())) {
            process.close();
            return false;
        }
        if (!Files.exists(pipeOf(jail))) {
            LOG.atWarn()
                    .addKeyValue("jail", jail)
                    .log("its console {} is gone: what it writes is lost until it is restarted", pipeOf(jail));
            Console.create(pipeOf(jail), idRanges.rangeOf(jail));
        }
        loadedPolicies.adopt(jail);
        attend(jail, mark.initPid(), process);
        return true;
    }

    @Override
    public Optional<String> pathRefusal(RootPath path, Base base) {
        return files.refusal(path, base);
    }

    @Override
    public Started start(JailId jail, long generation, String fingerprint, JailDefinition definition) {
        try {
            return startUnchecked(jail, generation, fingerprint, definition);
        } catch (LinuxFailure e) {
            throw Errno.mayPass(e.errno())
                    ? KernelRefusal.transientFailure("StartFailed", e.detail())
                    : KernelRefusal.permanent("StartFailed", e.detail());
        } catch (UncheckedIOException e) {
            throw KernelRefusal.transientFailure("StartFailed", String.valueOf(e.getMessage()));
        }
    }

    private Started startUnchecked(JailId jail, long generation, String fingerprint, JailDefinition definition) {
        StepClock steps = new StepClock();
        steps.begin("files");
        IdRange range = idRanges.rangeOf(jail);
        Path pipe = pipeOf(jail);
        try (JailFiles.Trees trees = files.open(definition, range);
                Descriptor devices = DeviceDirectory.create(range)) {
            steps.begin("filter compile");
            Instant now = clock.instant();
            SeccompFilter filter = SeccompCompiler.compile(definition.policy(), Architecture.host(), now);
            steps.begin("console");
            Console.create(pipe, range);
            denials.loading(jail, definition.policy(), now);
            steps.begin("cgroup");
            try (Descriptor cgroup = cgroups.create(jail, definition.limits());
                    Descriptor console = Console.openForJail(pipe)) {
                if (definition.policy().profile() == Profile.SYSTEM) {
                    cgroups.delegate(cgroup, jail, range);
                }
                JailStart.Running running = new JailStart(jail, definition, range, network, filter, steps)
                        .run(cgroup, console, trees, devices);
                Cgroups.Mark mark = new Cgroups.Mark(
                        generation,
                        fingerprint,
                        running.initPid(),
                        ProcessTimes.startTicks(running.initPid()).orElse(0L),
                        clock.millis());
                cgroups.mark(jail, mark);
                spares.execute(this::prepareNext);
                attend(jail, running.initPid(), running.process());
                return new Started(observedFrom(jail, mark, OptionalInt.of(running.initPid())), running.steps());
            }
        } catch (RuntimeException e) {
            release(jail);
            throw e;
        }
    }

    /** Makes what the next start needs and may have beforehand. */
    private void prepareNext() {
        idRanges.next().ifPresent(userNamespaces::shifting);
    }

    @Override
    public void confirm(JailId jail, long generation) {
        cgroups.markOf(jail).ifPresent(mark -> cgroups.mark(jail, mark.confirmed(generation)));
    }

    @Override
    public void terminate(JailId jail) {
        Attended running = attended.get(jail);
        if (running == null) {
            return;
        }
        stopRequest.send(jail, running.process, running.initPid);
    }

    @Override
    public void kill(JailId jail) {
        cgroups.kill(jail);
    }

    @Override
    public void release(JailId jail) {
        forget(jail);
        cgroups.kill(jail);
        network.disconnect(jail);
        cgroups.remove(jail);
        deleteRuntimeFiles(jail);
    }

    @Override
    public void deleteFiles(JailId jail, RootPath path, Base base) {
        files.delete(jail, path);
        idRanges.free(jail);
        denials.forget(jail);
    }

    @Override
    public List<Denial> denials() {
        return denials.take();
    }

    private void attend(JailId jail, int initPid, Descriptor process) {
        Console console = new Console(pipeOf(jail), layout.logDirectory().resolve(jail + ".log"), consoleBuffer);
        long consoleKey = watch.whenReadable(console.pipe(), console::drain);
        long processKey = watch.whenReadable(process, () -> {
            ended(jail);
            return 0;
        });
        attended.put(jail, new Attended(initPid, process, processKey, console, consoleKey));
    }

    /** Called by the watch when the descriptor of an init says that it has ended. */
    private void ended(JailId jail) {
        // Whoever takes it out closes it: this thread, or one that releases the jail.
        Attended was = attended.remove(jail);
        if (was == null) {
            return;
        }
        Optional<JailEnd.Ending> ending = Linux.reap(was.process);
        was.console.drainWhole();
        letGo(was);
        listener.accept(new JailEnd(jail, ending));
    }

    private void forget(JailId jail) {
        Attended was = attended.remove(jail);
        if (was != null) {
            letGo(was);
        }
    }

    private void letGo(Attended was) {
        watch.forget(was.processKey);
        watch.forget(was.consoleKey);
        was.process.close();
        was.console.close();
    }

    private Path pipeOf(JailId jail) {
        return layout.runtimeDirectory()
                .resolve("jails")
                .resolve(jail.toString())
                .resolve("console");
    }

    private void deleteRuntimeFiles(JailId jail) {
        try {
            Files.deleteIfExists(pipeOf(jail));
            loadedPolicies.ended(jail);
            Files.deleteIfExists(pipeOf(jail).getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void makePrivate(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets go of every jail; they run on. */
    @Override
    public void close() {
        spares.close();
        watch.close();
        denials.close();
        attended.values().forEach(jail -> {
            jail.process.close();
            jail.console.close();
        });
        attended.clear();
        consoleBuffer.close();
        cgroups.removeHome();
        userNamespaces.close();
        idRanges.close();
        files.close();
    }
}
