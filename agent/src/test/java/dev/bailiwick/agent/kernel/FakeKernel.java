package dev.bailiwick.agent.kernel;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.process.StopSignal;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.report.OomKills;
import dev.bailiwick.jail.report.StepTiming;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A kernel in memory that fulfils {@link JailKernelContract}. Its content outlives the agent: {@link #reopened} returns the kernel for
 * the next agent. Tests trigger here what happens by itself on a real kernel.
 */
public final class FakeKernel implements JailKernel {

    private static final int SIGTERM = 15;
    private static final int SIGKILL = 9;

    private final Machine machine;
    private final List<JailId> ownChildren = new ArrayList<>();
    private Consumer<JailEnd> listener = _ -> {};
    private Consumer<JailId> damageListener = _ -> {};
    private BiConsumer<JailId, OomKills> oomListener = (_, _) -> {};

    private static final class Machine {
        final Clock clock;
        final Map<JailId, ObservedJail> jails = new TreeMap<>();
        final Map<JailId, KernelRefusal> refusals = new TreeMap<>();
        final Map<JailId, KernelRefusal> unstartable = new TreeMap<>();
        final Map<JailId, KernelRefusal> unaskable = new TreeMap<>();
        final List<JailId> deaf = new ArrayList<>();
        final Map<JailId, String> lost = new TreeMap<>();
        boolean mends = true;
        final List<String> calls = new ArrayList<>();
        final List<StopSignal> signals = new ArrayList<>();
        Runnable duringNextStart = () -> {};
        Runnable duringNextDeletion = () -> {};
        int lastPid = 100;
        boolean tellsOfEnds = true;
        boolean hasEvidence = true;

        Machine(Clock clock) {
            this.clock = clock;
        }
    }

    public FakeKernel(Clock clock) {
        this(new Machine(clock));
    }

    private FakeKernel(Machine machine) {
        this.machine = machine;
    }

    /** Returns the same kernel as the next agent finds it. */
    public FakeKernel reopened() {
        return new FakeKernel(machine);
    }

    /** Returns every call about a jail, as {@code "start <id>"}. */
    public List<String> calls() {
        synchronized (machine) {
            return List.copyOf(machine.calls);
        }
    }

    /** Returns the signal of each call of {@link #terminate}. */
    public List<StopSignal> signals() {
        synchronized (machine) {
            return List.copyOf(machine.signals);
        }
    }

    public void forgetCalls() {
        synchronized (machine) {
            machine.calls.clear();
        }
    }

    public Optional<ObservedJail> jail(JailId id) {
        synchronized (machine) {
            return Optional.ofNullable(machine.jails.get(id));
        }
    }

    public boolean isRunning(JailId id) {
        return jail(id).filter(ObservedJail::isRunning).isPresent();
    }

    /** Makes every call about this jail fail from now on. */
    public void refuse(JailId id, KernelRefusal refusal) {
        synchronized (machine) {
            machine.refusals.put(id, refusal);
        }
    }

    public void permit(JailId id) {
        synchronized (machine) {
            machine.refusals.remove(id);
        }
    }

    /** Makes starts of this jail fail from now on, and {@link #check} before them; null permits them again. */
    public void refuseStart(JailId id, @Nullable KernelRefusal refusal) {
        synchronized (machine) {
            if (refusal == null) {
                machine.unstartable.remove(id);
            } else {
                machine.unstartable.put(id, refusal);
            }
        }
    }

    /** Makes {@link #terminate} fail for this jail; it can still be killed. */
    public void refuseTerminate(JailId id, KernelRefusal refusal) {
        synchronized (machine) {
            machine.unaskable.put(id, refusal);
        }
    }

    /** Makes the jail's init ignore SIGTERM, like an init without a handler. */
    public void ignoreTerminate(JailId id) {
        synchronized (machine) {
            machine.deaf.add(id);
        }
    }

    /** Runs the action within the next start, after the init was executed and before {@link #start} returns. */
    public void duringNextStart(Runnable work) {
        machine.duringNextStart = work;
    }

    public void duringNextDeletion(Runnable work) {
        machine.duringNextDeletion = work;
    }

    /** Removes a part of the running jail. */
    public void lose(JailId id, String what) {
        synchronized (machine) {
            machine.lost.put(id, what);
        }
        damageListener.accept(id);
    }

    /** Makes it impossible to restore missing parts of jails from now on. */
    public void mendNothing() {
        machine.mends = false;
    }

    /** Reports that the kernel has killed processes of the jail. */
    public void killForMemory(JailId id, OomKills kills) {
        oomListener.accept(id, kills);
    }

    @Override
    public void onOomKills(BiConsumer<JailId, OomKills> told) {
        oomListener = told;
    }

    @Override
    public void onDamage(Consumer<JailId> told) {
        damageListener = told;
    }

    @Override
    public List<String> mend(JailId jail, JailDefinition definition) {
        synchronized (machine) {
            if (!machine.mends && machine.lost.containsKey(jail)) {
                throw KernelRefusal.transientFailure("Damaged", "it lacks " + machine.lost.get(jail));
            }
            String lost = machine.lost.remove(jail);
            return lost == null ? List.of() : List.of(lost);
        }
    }

    /** From now on, what would say why a jail ended cannot be read. */
    public void loseEvidence() {
        machine.hasEvidence = false;
    }

    @Override
    public EndEvidence evidence(JailId jail) {
        if (!machine.hasEvidence) {
            throw new UncheckedIOException(new IOException("Input/output error"));
        }
        return EndEvidence.NONE;
    }

    /** Loses ends from now on, as if their events never arrived. */
    public void loseEnds() {
        machine.tellsOfEnds = false;
    }

    /** Ends the jail's init. */
    public void end(JailId id, Ending ending) {
        synchronized (machine) {
            ObservedJail jail = machine.jails.get(id);
            if (jail == null || !jail.isRunning()) {
                return;
            }
            machine.jails.put(
                    id,
                    new ObservedJail(id, jail.generation(), jail.fingerprint(), OptionalInt.empty(), jail.startedAt()));
        }
        if (machine.tellsOfEnds) {
            listener.accept(new JailEnd(id, ownChildren.contains(id) ? Optional.of(ending) : Optional.empty()));
        }
    }

    @Override
    public HostFacts facts() {
        return new HostFacts("6.12.0", "x86_64", "fake", 2, 1L << 30, "boot", "/jails", List.of());
    }

    @Override
    public List<ObservedJail> observe() {
        synchronized (machine) {
            return List.copyOf(machine.jails.values());
        }
    }

    @Override
    public Optional<String> pathRefusal(RootPath path, Base base) {
        return path.value().startsWith("/jails/") ? Optional.empty() : Optional.of("is not below /jails");
    }

    @Override
    public Started start(
            JailId jail, long generation, String fingerprint, JailDefinition definition, FilesClaim files) {
        synchronized (machine) {
            called("start", jail);
            check(jail, definition);
            pathRefusal(definition.path(), definition.base()).ifPresent(refusal -> {
                throw KernelRefusal.permanent("PathRefused", definition.path() + " " + refusal);
            });
            if (machine.jails.containsKey(jail)) {
                throw KernelRefusal.transientFailure("CgroupExists", "mkdir " + jail + ": EEXIST");
            }
            OptionalInt pid = OptionalInt.of(++machine.lastPid);
            machine.jails.put(jail, new ObservedJail(jail, generation, fingerprint, pid, machine.clock.instant()));
            ownChildren.add(jail);
        }
        ObservedJail started = jail(jail).orElseThrow();
        Runnable meanwhile = machine.duringNextStart;
        machine.duringNextStart = () -> {};
        meanwhile.run();
        if (definition.command().argv().getFirst().equals("/exit")) {
            int status = Integer.parseInt(definition.command().argv().get(1));
            end(jail, new Ending.Exited(status));
        }
        return new Started(started, List.of(new StepTiming("clone3", 0, 400), new StepTiming("exec", 400, 200)));
    }

    @Override
    public void check(JailId jail, JailDefinition definition) {
        synchronized (machine) {
            KernelRefusal refusal = machine.unstartable.get(jail);
            if (refusal != null) {
                throw refusal;
            }
        }
    }

    @Override
    public void adjust(JailId jail, JailDefinition definition) {
        synchronized (machine) {
            called("adjust", jail);
        }
    }

    @Override
    public void confirm(JailId jail, long generation, String owner) {
        synchronized (machine) {
            called("confirm", jail);
            machine.jails.computeIfPresent(
                    jail,
                    (id, old) -> new ObservedJail(id, generation, old.fingerprint(), old.initPid(), old.startedAt()));
        }
    }

    @Override
    public void terminate(JailId jail, StopSignal signal) {
        synchronized (machine) {
            called("terminate", jail);
            machine.signals.add(signal);
            KernelRefusal unaskable = machine.unaskable.get(jail);
            if (unaskable != null) {
                throw unaskable;
            }
            if (machine.deaf.contains(jail)) {
                return;
            }
        }
        end(jail, new Ending.Killed(SIGTERM));
    }

    @Override
    public void kill(JailId jail) {
        synchronized (machine) {
            called("kill", jail);
        }
        end(jail, new Ending.Killed(SIGKILL));
    }

    @Override
    public void release(JailId jail) {
        synchronized (machine) {
            called("release", jail);
            if (isRunning(jail)) {
                throw KernelRefusal.transientFailure("CgroupBusy", "rmdir " + jail + ": EBUSY");
            }
            machine.jails.remove(jail);
        }
    }

    @Override
    public void keepFiles(JailId jail, String owner) {
        synchronized (machine) {
            called("keepFiles", jail);
        }
    }

    @Override
    public FilesReport files() {
        return FilesReport.NONE;
    }

    @Override
    public void deleteFiles(JailId jail, RootPath path, Base base) {
        synchronized (machine) {
            called("deleteFiles", jail);
            pathRefusal(path, base).ifPresent(refusal -> {
                throw KernelRefusal.permanent("PathRefused", path + " " + refusal);
            });
        }
        Runnable meanwhile = machine.duringNextDeletion;
        machine.duringNextDeletion = () -> {};
        meanwhile.run();
    }

    @Override
    public List<Denial> denials() {
        return List.of();
    }

    @Override
    public void onEnd(Consumer<JailEnd> told) {
        listener = told;
    }

    @Override
    public void close() {
        listener = _ -> {};
        damageListener = _ -> {};
        oomListener = (_, _) -> {};
    }

    private void called(String verb, JailId jail) {
        machine.calls.add(verb + " " + jail);
        KernelRefusal refusal = machine.refusals.get(jail);
        if (refusal != null) {
            throw refusal;
        }
    }
}
