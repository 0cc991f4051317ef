package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.FilesReport;
import dev.bailiwick.agent.kernel.HostClaimed;
import dev.bailiwick.agent.kernel.HostFacts;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.kernel.Risk;
import dev.bailiwick.agent.kernel.StepClock;
import dev.bailiwick.agent.kernel.linux.cgroup.Cgroups;
import dev.bailiwick.agent.kernel.linux.cgroup.HostClaim;
import dev.bailiwick.agent.kernel.linux.cgroup.JailMark;
import dev.bailiwick.agent.kernel.linux.console.ConsoleLog;
import dev.bailiwick.agent.kernel.linux.console.Consoles;
import dev.bailiwick.agent.kernel.linux.denial.Denials;
import dev.bailiwick.agent.kernel.linux.denial.LoadedPolicies;
import dev.bailiwick.agent.kernel.linux.guard.NetworkGuard;
import dev.bailiwick.agent.kernel.linux.host.AgentMemory;
import dev.bailiwick.agent.kernel.linux.host.CoreDumps;
import dev.bailiwick.agent.kernel.linux.host.ProcessLimit;
import dev.bailiwick.agent.kernel.linux.host.SystemMemory;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.ids.IdRanges;
import dev.bailiwick.agent.kernel.linux.network.JailNetwork;
import dev.bailiwick.agent.kernel.linux.network.LinkEvents;
import dev.bailiwick.agent.kernel.linux.root.JailFiles;
import dev.bailiwick.agent.kernel.linux.root.JailHomes;
import dev.bailiwick.agent.kernel.linux.root.MountRemovals;
import dev.bailiwick.agent.kernel.linux.sandbox.DamagedSandbox;
import dev.bailiwick.agent.kernel.linux.sandbox.JailStart;
import dev.bailiwick.agent.kernel.linux.sandbox.Sandbox;
import dev.bailiwick.agent.kernel.linux.sandbox.Sandboxes;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.EpollLoop;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Denial;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.seccomp.SeccompCompiler;
import dev.bailiwick.jail.seccomp.SeccompFilter;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Profile;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jails made of Linux namespaces. Holds descriptors of what runs, so that ends and output are noticed at once, but no
 * knowledge: all of it is found again in the cgroup tree.
 */
public final class LinuxKernel implements JailKernel {

    private static final Logger log = LoggerFactory.getLogger(LinuxKernel.class);

    /** Calls whose failure is the definition's own: what it names is not there or no program. All others are the host's. */
    private static final Set<String> OF_THE_DEFINITION = Set.of(
            SystemCall.EXECVE.text(),
            SystemCall.OPENAT2.text(),
            SystemCall.OPEN_TREE.text(),
            SystemCall.MOUNT_SETATTR.text());

    private final HostLayout layout;
    private final Clock clock;
    private final IdRanges idRanges;
    private final Cgroups cgroups;
    private final StopRequest stopRequest;
    private final JailFiles files;
    private final JailHomes homes;
    private final HostClaim claim;
    private final JailNetwork network;
    private final MountRemovals mountRemovals = new MountRemovals();
    private final EpollLoop loop = new EpollLoop("jail-ends");
    private final Consoles consoles = new Consoles();
    private final NetworkGuard guard;
    private final Sandboxes sandboxes;
    private final LoadedPolicies loadedPolicies;
    private final Denials denials;
    private final CoreDumps coreDumps;
    private final SystemMemory systemMemory;
    private final Map<JailId, Attended> attended = new ConcurrentHashMap<>();
    /** What those that are attended need; unknown of those that an earlier agent started, until {@link #mend}. */
    private final Map<JailId, Needs> needs = new ConcurrentHashMap<>();

    private final Upkeep upkeep;
    private final LinkEvents linkEvents;
    private final long linkEventsKey;
    /** Marked maybe, and not attended yet: theirs to attend, and nobody's to adopt. */
    private final Set<JailId> starting = ConcurrentHashMap.newKeySet();
    /** An init that has ended is there until it is reaped: it is not to be adopted in between, or it would end twice. */
    private final ReadWriteLock ending = new ReentrantReadWriteLock();

    private volatile Consumer<JailEnd> listener = end -> {};
    private volatile Consumer<JailId> damageListener = jail -> {};
    /** What could be borrowed when it was last looked at. */
    private volatile Set<String> wholePrograms = Set.of();

    /** What the loop watches of one running jail. */
    private record Attended(IdRange range, int initPid, Descriptor process, long processKey) {}

    /** Where the operator accepts no risk. */
    public LinuxKernel(HostLayout layout, Clock clock) {
        this(layout, clock, Set.of());
    }

    /**
     * Prepares the host's directories.
     *
     * @param accepted what the operator lets jails run in spite of
     * @throws IllegalStateException if this host lacks what every jail needs
     * @throws HostClaimed if another agent has what the layout says of this host
     */
    public LinuxKernel(HostLayout layout, Clock clock, Set<Risk> accepted) {
        this.layout = layout;
        this.clock = clock;
        makePrivate(layout.runtimeDirectory());
        makePrivate(layout.logDirectory());
        makePrivate(layout.stateDirectory());
        makePrivate(layout.rootBase());
        // Before anything of the host is changed.
        this.claim = HostClaim.take(Cgroups.mountPoint(), layout);
        this.coreDumps = new CoreDumps(accepted);
        try {
            // Until exec a child shows the agent's memory in /proc; what is not dumpable shows it to root alone:
            // proc(5).
            Linux.call(SystemCall.PRCTL, "not dumpable", Constants.PR_SET_DUMPABLE, 0);
            CoreDumps.adopt();
            this.idRanges = new IdRanges(layout);
            this.guard = new NetworkGuard(layout, loop);
            this.cgroups = new Cgroups(layout.cgroupName());
            this.systemMemory = new SystemMemory(cgroups.controllers(), accepted);
            ProcessLimit.adopt(cgroups.controllers().contains("pids"));
            this.stopRequest = new StopRequest(cgroups);
            this.files = new JailFiles(layout);
            this.homes = new JailHomes(idRanges, files, mountRemovals, layout.logDirectory());
            this.loadedPolicies = new LoadedPolicies(layout.runtimeDirectory().resolve("jails"));
            this.denials = new Denials(clock, idRanges::jailOf, loadedPolicies).started();
            this.network = new JailNetwork(layout.cgroupName());
            this.sandboxes = new Sandboxes(idRanges, cgroups, network);
            this.upkeep = new Upkeep(network, cgroups, guard);
            this.linkEvents = new LinkEvents();
            removeLeftovers();
            this.linkEventsKey = loop.whenReadable(linkEvents.socket(), this::readLinkEvents);
        } catch (RuntimeException e) {
            claim.close();
            throw e;
        }
    }

    /** An agent that was killed leaves behind what it had made beforehand for jails to come, and links of jails that had ended. */
    private void removeLeftovers() {
        Map<IdRange, JailMark> marks = new ConcurrentHashMap<>();
        // Side by side, as they are observed.
        cgroups.ranges().parallelStream().forEach(range -> {
            Optional<JailMark> mark = cgroups.markOf(range);
            if (mark.isPresent()) {
                marks.put(range, mark.get());
            } else if (cgroups.isMade(range)) {
                cgroups.kill(range);
                cgroups.remove(range);
            }
        });
        marks.forEach((range, mark) -> {
            idRanges.adopt(mark.jail(), range);
            guard.adopt(mark.jail(), range);
        });
        network.disconnectAllBut(range -> marks.containsKey(range) || !idRanges.covers(range));
        Set<String> jails =
                marks.values().stream().map(mark -> mark.jail().toString()).collect(Collectors.toSet());
        removeRuntimeFilesBut(jails);
    }

    /** The directory is this instance's alone, by its claim. */
    private void removeRuntimeFilesBut(Set<String> jails) {
        File[] directories = layout.runtimeDirectory().resolve("jails").toFile().listFiles(File::isDirectory);
        for (File directory : directories == null ? new File[0] : directories) {
            if (jails.contains(directory.getName())) {
                continue;
            }
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.toPath())) {
                for (Path file : files) {
                    Files.delete(file);
                }
                Files.delete(directory.toPath());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public HostFacts facts() {
        return Facts.of(
                layout,
                cgroups.controllers(),
                files.hasThinBase(),
                network,
                guard,
                denials.trouble(),
                List.of(coreDumps.capability(), systemMemory.capability()),
                idRanges.trouble());
    }

    @Override
    public void own(JailId jail, String owner) {
        guard.own(jail, owner);
    }

    @Override
    public void pools(AddressPools pools) {
        guard.pools(pools);
    }

    @Override
    public void onEnd(Consumer<JailEnd> toTell) {
        this.listener = toTell;
    }

    @Override
    public List<ObservedJail> observe() {
        // Side by side: an agent that begins has a thousand to adopt.
        return cgroups.ranges().parallelStream()
                .flatMap(range -> cgroups
                        .markOf(range)
                        .filter(mark -> !starting.contains(mark.jail()))
                        .map(mark -> observe(range, mark))
                        .stream())
                .toList();
    }

    private ObservedJail observe(IdRange range, JailMark mark) {
        boolean running;
        ending.readLock().lock();
        try {
            running = attended.containsKey(mark.jail()) || adopt(range, mark);
        } finally {
            ending.readLock().unlock();
        }
        return observedFrom(mark, running ? OptionalInt.of(mark.initPid()) : OptionalInt.empty());
    }

    private static ObservedJail observedFrom(JailMark mark, OptionalInt initPid) {
        return new ObservedJail(
                mark.jail(),
                mark.generation(),
                mark.fingerprint(),
                initPid,
                Instant.ofEpochMilli(mark.startedAtMillis()));
    }

    /** Takes over a jail that an earlier agent started; false where its init has ended. */
    private boolean adopt(IdRange range, JailMark mark) {
        JailId jail = mark.jail();
        Descriptor process;
        try {
            process = Linux.openProcessDescriptor(mark.initPid());
        } catch (LinuxFailure e) {
            if (e.errno() == Errno.ESRCH) {
                return false;
            }
            throw e;
        }
        // The descriptor first, then who it is: so the number cannot be given to another process in between.
        if (!ProcessTimes.startTicks(mark.initPid()).equals(Optional.of(mark.startTicks()))) {
            process.close();
            return false;
        }
        if (!Files.exists(pipeOf(jail))) {
            log.atWarn()
                    .addKeyValue("jail", jail)
                    .log("its console {} is gone: what it writes is lost until it is restarted", pipeOf(jail));
            ConsoleLog.create(pipeOf(jail), range);
        }
        loadedPolicies.adopt(jail);
        watchConsole(jail);
        attend(jail, range, mark.initPid(), process);
        return true;
    }

    @Override
    public Optional<String> pathRefusal(RootPath path, Base base) {
        return files.refusal(path, base);
    }

    @Override
    public Started start(
            JailId jail, long generation, String fingerprint, JailDefinition definition, FilesClaim files) {
        StepClock steps = new StepClock();
        try {
            return startUnchecked(jail, generation, fingerprint, definition, files, steps);
        } catch (LinuxFailure e) {
            throw refusal(e).after(steps.untilFailure());
        } catch (UncheckedIOException e) {
            throw KernelRefusal.transientFailure("StartFailed", String.valueOf(e.getMessage()))
                    .after(steps.untilFailure());
        } catch (KernelRefusal e) {
            throw e.after(steps.untilFailure());
        }
    }

    private static KernelRefusal refusal(LinuxFailure e) {
        return Errno.mayPass(e.errno()) || !OF_THE_DEFINITION.contains(e.call())
                ? KernelRefusal.transientFailure("StartFailed", e.inWords())
                : KernelRefusal.permanent("StartFailed", e.inWords());
    }

    private Started startUnchecked(
            JailId jail,
            long generation,
            String fingerprint,
            JailDefinition definition,
            FilesClaim files,
            StepClock steps) {
        coreDumps.require();
        AgentMemory.requirePrivate();
        guard.require();
        systemMemory.require(definition);
        steps.begin("sandbox");
        starting.add(jail);
        try {
            Runnable undo = homes.claim(jail, definition, files);
            try {
                return startAtHome(jail, generation, fingerprint, definition, steps);
            } catch (DamagedSandbox e) {
                KernelRefusal refusal = KernelRefusal.transientFailure("StartFailed", e.getMessage());
                release(jail);
                undo(undo, refusal);
                throw refusal;
            } catch (RuntimeException e) {
                release(jail);
                undo(undo, e);
                throw e;
            }
        } finally {
            starting.remove(jail);
        }
    }

    private static void undo(Runnable claim, RuntimeException because) {
        try {
            claim.run();
        } catch (RuntimeException e) {
            because.addSuppressed(e);
        }
    }

    private Started startAtHome(
            JailId jail, long generation, String fingerprint, JailDefinition definition, StepClock steps) {
        try {
            return startIn(sandboxes.take(jail, steps), jail, generation, fingerprint, definition, steps);
        } catch (DamagedSandbox e) {
            log.atWarn().addKeyValue("jail", jail).log("starts in a new sandbox: {}", e.getMessage());
            release(jail);
            return startIn(sandboxes.create(jail, steps), jail, generation, fingerprint, definition, steps);
        }
    }

    /** @throws DamagedSandbox where the start has failed since part of the sandbox was gone */
    private Started startIn(
            Sandbox sandbox,
            JailId jail,
            long generation,
            String fingerprint,
            JailDefinition definition,
            StepClock steps) {
        guard.admit(jail, sandbox.range());
        Started started;
        try {
            started = start(sandbox, jail, generation, fingerprint, definition, steps);
        } catch (RuntimeException e) {
            steps.fail(sandbox.timings(steps.zeroNanos()));
            Optional<String> gone = goneOf(sandbox);
            RuntimeException cause = sandbox.causeOf(e);
            throw gone.isPresent() ? new DamagedSandbox(gone.get(), cause) : cause;
        }
        sandboxes.retire(sandbox);
        return started;
    }

    /** What of a sandbox is gone that no start takes away. */
    private Optional<String> goneOf(Sandbox sandbox) {
        if (sandbox.wasKilled()) {
            return Optional.of("its process was killed");
        }
        if (!JailNetwork.hasLink(sandbox.range())) {
            return Optional.of("its network link was gone");
        }
        return cgroups.exists(sandbox.range()) ? Optional.empty() : Optional.of("its cgroup was gone");
    }

    private Started start(
            Sandbox sandbox,
            JailId jail,
            long generation,
            String fingerprint,
            JailDefinition definition,
            StepClock steps) {
        IdRange range = sandbox.range();
        Path pipe = pipeOf(jail);
        // The record of the claim becomes durable while this and the next steps are done.
        steps.begin("routes");
        network.connect(range, definition.addresses());
        steps.begin("filter compile");
        Instant now = clock.instant();
        SeccompFilter filter = SeccompCompiler.compile(definition.policy(), Architecture.host(), now);
        steps.begin("console");
        ConsoleLog.create(pipe, range);
        steps.begin("limits");
        cgroups.limit(range, definition.limits());
        if (definition.policy().profile() == Profile.SYSTEM) {
            cgroups.delegate(sandbox.cgroup(), range);
        }
        steps.begin("policy");
        denials.loading(jail, definition.policy(), now);
        steps.begin("id range");
        idRanges.awaitDurable();
        steps.begin("files");
        // Two overlays must not write to the same directory, nor two consoles to the same log.
        mountRemovals.await(jail);
        consoles.await(jail);
        if (definition.base() instanceof Base.Thin) {
            files.programs().ifPresent(programs -> cgroups.notePrograms(sandbox.cgroup(), programs.name()));
        }
        try (JailFiles.Trees trees = files.open(definition, range, sandbox.userNamespace())) {
            try (Descriptor console = ConsoleLog.openForJail(pipe)) {
                steps.begin("compose");
                new JailStart(sandbox, definition, filter).compose(trees, console);
                steps.begin("mark");
                // Before it is the jail's: where the agent ends now, so does it, and the next agent finds the mark.
                JailMark mark = new JailMark(
                        jail,
                        generation,
                        fingerprint,
                        sandbox.initPid(),
                        ProcessTimes.startTicks(sandbox.initPid()).orElse(0L),
                        clock.millis());
                cgroups.mark(range, mark);
                steps.end();
                watchConsole(jail);
                sandbox.proceed();
                Descriptor process = sandbox.awaitExec();
                needs.put(jail, Needs.of(definition));
                attend(jail, range, sandbox.initPid(), process);
                return new Started(
                        observedFrom(mark, OptionalInt.of(sandbox.initPid())),
                        steps.with(sandbox.timings(steps.zeroNanos())));
            }
        }
    }

    @Override
    public void confirm(JailId jail, long generation, String owner) {
        guard.settle();
        homes.own(jail, owner);
        idRanges.find(jail)
                .ifPresent(range ->
                        cgroups.markOf(range).ifPresent(mark -> cgroups.mark(range, mark.confirmed(generation))));
    }

    @Override
    public List<String> mend(JailId jail, JailDefinition definition) {
        Attended running = attended.get(jail);
        if (running == null) {
            return List.of();
        }
        Needs needed = Needs.of(definition);
        needs.put(jail, needed);
        return upkeep.mend(running.range, running.initPid, needed);
    }

    @Override
    public void inspect() {
        needs.entrySet().parallelStream().forEach(entry -> {
            Attended running = attended.get(entry.getKey());
            if (running != null && upkeep.isDamaged(running.range, running.initPid, entry.getValue())) {
                damageListener.accept(entry.getKey());
            }
        });
    }

    /** A jail whose programs are gone does not end, and no event tells of it. */
    private void lookAtPrograms() {
        files.programs().ifPresent(programs -> {
            if (programs.hasOthers()) {
                programs.keepOnly(cgroups.borrowedPrograms());
            }
            Set<String> whole = programs.whole();
            if (!whole.containsAll(wholePrograms)) {
                needs.forEach((jail, needed) -> {
                    if (needed.borrowsPrograms()) {
                        damageListener.accept(jail);
                    }
                });
            }
            wholePrograms = whole;
        });
    }

    @Override
    public void onDamage(Consumer<JailId> toTell) {
        this.damageListener = toTell;
    }

    private long readLinkEvents() {
        linkEvents.read(new LinkEvents.Reader() {
            @Override
            public void lost(IdRange range) {
                if (!sandboxes.lost(range)) {
                    idRanges.jailOf(range.first()).filter(attended::containsKey).ifPresent(damageListener);
                }
            }

            @Override
            public void missed() {
                attended.keySet().forEach(damageListener);
            }
        });
        return 0;
    }

    @Override
    public void terminate(JailId jail) {
        Attended running = attended.get(jail);
        if (running == null) {
            return;
        }
        // A copy: the loop closes the other one as soon as the init has ended, and its number is soon another's.
        running.process.copy().ifPresent(process -> {
            try (process) {
                mountRemovals.hold(jail, running.initPid);
                stopRequest.send(running.range, process, running.initPid);
            }
        });
    }

    @Override
    public void kill(JailId jail) {
        Attended running = attended.get(jail);
        if (running != null) {
            mountRemovals.hold(jail, running.initPid);
        }
        idRanges.find(jail).ifPresent(cgroups::kill);
    }

    @Override
    public void release(JailId jail) {
        forget(jail);
        idRanges.find(jail).ifPresent(range -> {
            cgroups.kill(range);
            network.disconnect(range);
            cgroups.remove(range);
        });
        mountRemovals.remove(jail);
        // Of a start that failed.
        consoles.finish(jail);
        deleteRuntimeFiles(jail);
    }

    /** Returns once all that a jail wrote that has ended is in its log. */
    void awaitLog(JailId jail) {
        consoles.await(jail);
    }

    @Override
    public void keepFiles(JailId jail, String owner) {
        // It may delete the log.
        consoles.await(jail);
        homes.own(jail, owner);
        homes.keep(jail);
    }

    @Override
    public void deleteFiles(JailId jail, RootPath path, Base base) {
        consoles.await(jail);
        // Before its ids are another's: what it was refused last may not have been read yet.
        denials.forget(jail);
        guard.forget(jail);
        homes.delete(jail, path);
    }

    @Override
    public OptionalLong firstHostId(JailId jail) {
        return idRanges.find(jail).stream().mapToLong(IdRange::first).findFirst();
    }

    @Override
    public FilesReport files() {
        return idRanges.report();
    }

    @Override
    public List<Denial> denials() {
        coreDumps.look();
        lookAtPrograms();
        return denials.take();
    }

    private void watchConsole(JailId jail) {
        consoles.watch(jail, pipeOf(jail), layout.logDirectory().resolve(jail + ".log"));
    }

    private void attend(JailId jail, IdRange range, int initPid, Descriptor opened) {
        Descriptor process = opened.movedHigh();
        long processKey = loop.whenReadable(process, () -> {
            ended(jail);
            return 0;
        });
        attended.put(jail, new Attended(range, initPid, process, processKey));
    }

    /** Called by the loop when the descriptor of an init says that it has ended. */
    private void ended(JailId jail) {
        Attended was;
        Optional<JailEnd.Ending> how;
        ending.writeLock().lock();
        try {
            // Whoever takes it out closes it: this thread, or one that releases the jail.
            was = attended.remove(jail);
            needs.remove(jail);
            if (was == null) {
                return;
            }
            how = Linux.reap(was.process);
        } finally {
            ending.writeLock().unlock();
        }
        letGo(jail, was);
        listener.accept(new JailEnd(jail, how));
    }

    private void forget(JailId jail) {
        Attended was = attended.remove(jail);
        needs.remove(jail);
        if (was != null) {
            letGo(jail, was);
        }
    }

    private void letGo(JailId jail, Attended was) {
        loop.forget(was.processKey);
        was.process.close();
        consoles.finish(jail);
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
        loop.forget(linkEventsKey);
        sandboxes.close();
        network.close();
        mountRemovals.close();
        if (cgroups.ranges().isEmpty()) {
            guard.remove();
        }
        guard.close();
        loop.close();
        linkEvents.close();
        denials.close();
        attended.values().forEach(jail -> jail.process.close());
        attended.clear();
        consoles.close();
        cgroups.removeHome();
        claim.close();
        idRanges.close();
        files.close();
    }
}
