package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.kernel.linux.cgroup.JailMark;
import dev.bailiwick.agent.kernel.linux.console.ConsoleLog;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import dev.bailiwick.jail.JailId;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * The jails that run, with a descriptor of each init, so that its end is noticed at once. All of it is found again in the cgroup tree.
 *
 * <p>INVARIANT: whoever takes a jail out of the map closes its descriptor. An init that has ended is there until it is reaped, and must
 * not be adopted before that, or it would end twice: hence the lock.
 */
final class RunningJails implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RunningJails.class);

    private final KernelParts parts;
    private final Map<JailId, RunningJail> running = new ConcurrentHashMap<>();
    /** Possibly marked already, and not watched yet: the thread that starts them will watch them, and nobody may adopt them. */
    private final Set<JailId> starting = ConcurrentHashMap.newKeySet();

    private final ReadWriteLock ending = new ReentrantReadWriteLock();
    private volatile Consumer<JailEnd> listener = end -> {};

    RunningJails(KernelParts parts) {
        this.parts = parts;
    }

    /** One jail that runs; what it needs is unknown if an earlier agent started it, until it is mended. */
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

        /** Closed as soon as the init has ended, and its number is soon another's: to be used through a copy. */
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

    /** Nobody adopts it until {@link #notStarting}. */
    void starting(JailId jail) {
        starting.add(jail);
    }

    void notStarting(JailId jail) {
        starting.remove(jail);
    }

    Optional<RunningJail> find(JailId jail) {
        return Optional.ofNullable(running.get(jail));
    }

    /** A view, which changes with them. */
    Map<JailId, RunningJail> all() {
        return running;
    }

    List<ObservedJail> observe() {
        // Side by side: an agent that begins has a thousand to adopt.
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
        Path pipe = parts.runtimeFiles().pipeOf(jail);
        if (!Files.exists(pipe)) {
            log.atWarn()
                    .addKeyValue("jail", jail)
                    .log("its console {} is gone: what it writes is lost until it is restarted", pipe);
            ConsoleLog.create(pipe, range);
        }
        parts.loadedPolicies().adopt(jail);
        watchConsole(jail);
        watch(jail, range, mark.initPid(), process, Optional.empty());
        return true;
    }

    void watchConsole(JailId jail) {
        parts.consoles()
                .watch(
                        jail,
                        parts.runtimeFiles().pipeOf(jail),
                        parts.runtimeFiles().logOf(jail));
    }

    /** @param opened the descriptor of its init, which is this object's from now on */
    void watch(JailId jail, IdRange range, int initPid, Descriptor opened, Optional<Needs> needs) {
        Descriptor process = opened.movedHigh();
        long key = parts.ends().whenReadable(process, () -> {
            ended(jail);
            return 0;
        });
        running.put(jail, new RunningJail(range, initPid, process, key, needs));
    }

    /** Called by the loop when the descriptor of an init says that it has ended. */
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

    /** Notices its end no more, and nobody is notified of it; its console is closed. */
    void forget(JailId jail) {
        RunningJail was = running.remove(jail);
        if (was == null) {
            // A start that failed has left no more than that.
            parts.consoles().finish(jail);
        } else {
            letGo(jail, was);
        }
    }

    private void letGo(JailId jail, RunningJail was) {
        parts.ends().forget(was.key);
        was.process.close();
        parts.consoles().finish(jail);
    }

    /** They run on. The loop that notices ends is closed already. */
    @Override
    public void close() {
        running.values().forEach(jail -> jail.process.close());
        running.clear();
    }
}
