package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.EndEvidence;
import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.JailMetrics;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.kernel.linux.cgroup.JailMark;
import dev.bailiwick.agent.kernel.linux.console.ConsoleLog;
import dev.bailiwick.agent.kernel.linux.console.KeptTerminals;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import dev.bailiwick.agent.recording.Recording.Begin;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.jail.policy.Policy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running jails, with a descriptor of each init, so that the agent detects its end at once. A later agent can find all of it again in
 * the cgroup tree.
 *
 * <p>INVARIANT: the thread that removes a jail from the map closes its descriptor. An init that has ended still exists until it is
 * reaped; adopting it before then would report its end twice. The lock prevents that.
 */
final class RunningJails implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RunningJails.class);

    private final KernelParts parts;
    private final Map<JailId, RunningJail> running = new ConcurrentHashMap<>();
    /**
     * Jails that are being started. They may already have a mark, but are not watched yet. The starting thread will watch them, and
     * {@link #observe} must not adopt them.
     */
    private final Set<JailId> starting = ConcurrentHashMap.newKeySet();

    private final AwaitedStarts starts = new AwaitedStarts();

    /** The paths of the inits that this agent has executed, until what is left of their jails is released. */
    private final Map<JailId, String> commands = new ConcurrentHashMap<>();

    private final JailSockets sockets = new JailSockets();
    private final ReadWriteLock ending = new ReentrantReadWriteLock();
    private volatile Consumer<JailEnd> listener = end -> {};

    RunningJails(KernelParts parts) {
        this.parts = parts;
    }

    /** A running jail. Its needs are unknown if an earlier agent started it, until it is mended. */
    static final class RunningJail {

        private final IdRange range;
        private final int initPid;
        private final Descriptor process;
        private final long key;
        private volatile Optional<Needs> needs;

        private RunningJail(IdRange range, int initPid, Descriptor process, long key, Optional<Needs> needs) {
            this.range = range;
            this.initPid = initPid;
            this.process = process;
            this.key = key;
            this.needs = needs;
        }

        IdRange range() {
            return range;
        }

        int initPid() {
            return initPid;
        }

        /** Returns the descriptor of the init. It is closed as soon as the init has ended, and its number is then reused: use a copy. */
        Descriptor process() {
            return process;
        }

        Optional<Needs> needs() {
            return needs;
        }

        void needs(Needs known) {
            needs = Optional.of(known);
        }
    }

    void onEnd(Consumer<JailEnd> listener) {
        this.listener = listener;
    }

    /** Prevents the adoption of this jail until {@link #notStarting}. */
    void starting(JailId jail) {
        starting.add(jail);
    }

    /** Notes which program the jail executes now. */
    void executing(JailId jail, String command) {
        commands.put(jail, command);
    }

    /** See {@link dev.bailiwick.agent.kernel.JailLifecycle#evidence}. */
    EndEvidence evidence(JailId jail) {
        Optional<IdRange> range = parts.idRanges().find(jail);
        return new EndEvidence(
                parts.loadedPolicies().of(jail).map(Policy::profile),
                commands.getOrDefault(jail, ""),
                parts.consoles().lastOutput(jail, EndEvidence.OUTPUT_BYTES),
                range.map(parts.cgroups()::memoryKills).orElse(0L),
                range.map(parts.cgroups()::refusedForks).orElse(0L));
    }

    /** See {@link dev.bailiwick.agent.kernel.JailLifecycle#confirm}. */
    void confirm(JailId jail, long generation) {
        parts.idRanges()
                .find(jail)
                .ifPresent(range -> parts.cgroups()
                        .markOf(range)
                        .ifPresent(mark -> parts.cgroups().mark(range, mark.confirmed(generation))));
    }

    void notStarting(JailId jail) {
        starting.remove(jail);
        starts.ended(jail);
    }

    Optional<RunningJail> find(JailId jail) {
        return Optional.ofNullable(running.get(jail));
    }

    /** See {@link dev.bailiwick.agent.kernel.JailCommands#awaitStart}. */
    void awaitStart(JailId jail, Duration longest) throws InterruptedException {
        starts.await(jail, () -> running.containsKey(jail), longest);
    }

    JailSockets sockets() {
        return sockets;
    }

    /** Returns a live view of all running jails. */
    Map<JailId, RunningJail> all() {
        return running;
    }

    /** See {@link JailMetrics#sample}. */
    void sample(JailMetrics.Reader reader) {
        JailMetrics.Reader counting = (jail, run, values) -> {
            if (values[Metric.OOM_KILLS.index()] != JailMetrics.ABSENT) {
                parts.oom().counted(jail, run.id(), values[Metric.OOM_KILLS.index()]);
            }
            reader.read(jail, run, values);
        };
        parts.sampler().begin(counting);
        running.forEach((jail, one) -> parts.sampler().sample(jail, one.range, counting));
        parts.sampler().end();
    }

    List<ObservedJail> observe() {
        // In parallel: an agent that has just started may adopt a thousand jails.
        return parts.cgroups().ranges().parallelStream()
                .flatMap(range -> parts
                        .cgroups()
                        .markOf(range)
                        .filter(mark -> !starting.contains(mark.jail()))
                        .map(mark -> observe(range, mark))
                        .stream())
                .toList();
    }

    private ObservedJail observe(IdRange range, JailMark mark) {
        boolean isRunning;
        ending.readLock().lock();
        try {
            isRunning = running.containsKey(mark.jail()) || adopt(range, mark);
        } finally {
            ending.readLock().unlock();
        }
        return observed(mark, isRunning ? OptionalInt.of(mark.initPid()) : OptionalInt.empty());
    }

    static ObservedJail observed(JailMark mark, OptionalInt initPid) {
        return new ObservedJail(
                mark.jail(),
                mark.generation(),
                mark.fingerprint(),
                initPid,
                Instant.ofEpochMilli(mark.startedAtMillis()));
    }

    /** Takes over a jail that an earlier agent started; returns false if its init has ended. */
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
        // First open the descriptor, then check the process: so its id cannot be reused in between.
        if (!ProcessTimes.startTicks(mark.initPid()).equals(Optional.of(mark.startTicks()))) {
            process.close();
            return false;
        }
        Path pipe = parts.runtimeFiles().pipeOf(jail);
        if (!Files.exists(pipe)) {
            log.atWarn()
                    .addKeyValue("jail", jail)
                    .log("the jail's console {} is missing: its output is lost until the jail is restarted", pipe);
            ConsoleLog.create(pipe, range);
        }
        parts.loadedPolicies().adopt(jail);
        KeptTerminals.find(parts.runtimeFiles().terminalOf(jail))
                .ifPresentOrElse(
                        found -> parts.consoles().watch(jail, pipe, Begin.WITHIN_A_RUN, found),
                        () -> parts.consoles().watch(jail, pipe, Begin.WITHIN_A_RUN));
        watch(jail, range, mark.initPid(), process, Optional.empty());
        return true;
    }

    /** @param opened the descriptor of the init; this object owns it from now on */
    void watch(JailId jail, IdRange range, int initPid, Descriptor opened, Optional<Needs> needs) {
        Descriptor process = opened.movedHigh();
        long key = parts.ends().whenReadable(process, () -> {
            ended(jail);
            return 0;
        });
        running.put(jail, new RunningJail(range, initPid, process, key, needs));
        starts.ended(jail);
    }

    /** Handles the end of an init, which its descriptor reports to the loop. */
    private void ended(JailId jail) {
        RunningJail was;
        Optional<JailEnd.Ending> how;
        ending.writeLock().lock();
        try {
            was = running.remove(jail);
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

    /** Stops watching the jail without notifying anybody of its end; closes its console. */
    void forget(JailId jail) {
        RunningJail was = running.remove(jail);
        if (was == null) {
            // A failed start has left only its console.
            parts.consoles().finish(jail);
        } else {
            letGo(jail, was);
        }
        parts.consoles().forget(jail);
        commands.remove(jail);
    }

    private void letGo(JailId jail, RunningJail was) {
        parts.ends().forget(was.key);
        sockets.close(jail);
        was.process.close();
        parts.consoles().finish(jail);
    }

    /** Closes the descriptors; the jails keep running. The loop that detects ends is already closed. */
    @Override
    public void close() {
        running.values().forEach(jail -> jail.process.close());
        running.clear();
    }
}
