package dev.bailiwick.agent.kernel.linux;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.JailLifecycle.Started;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.StepClock;
import dev.bailiwick.agent.kernel.linux.cgroup.JailMark;
import dev.bailiwick.agent.kernel.linux.console.ConsoleLog;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.network.JailLink;
import dev.bailiwick.agent.kernel.linux.network.ResolverFiles;
import dev.bailiwick.agent.kernel.linux.root.RootTrees;
import dev.bailiwick.agent.kernel.linux.sandbox.DamagedSandbox;
import dev.bailiwick.agent.kernel.linux.sandbox.JailStart;
import dev.bailiwick.agent.kernel.linux.sandbox.Sandbox;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Console;
import dev.bailiwick.jail.seccomp.SeccompCompiler;
import dev.bailiwick.jail.seccomp.SeccompFilter;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Profile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts a jail up to the execution of its init, or leaves nothing behind. */
final class JailStarter {

    private static final Logger log = LoggerFactory.getLogger(JailStarter.class);

    /**
     * Calls that fail because of the definition: a file that it names does not exist or is not a program. Failures of all other calls are
     * the host's.
     */
    private static final Set<String> OF_THE_DEFINITION = Set.of(
            SystemCall.EXECVE.text(),
            SystemCall.OPENAT2.text(),
            SystemCall.OPEN_TREE.text(),
            SystemCall.MOUNT_SETATTR.text());

    private final KernelParts parts;
    private final RunningJails running;
    private final StartCheck check;

    JailStarter(KernelParts parts, RunningJails running, StartCheck check) {
        this.parts = parts;
        this.running = running;
        this.check = check;
    }

    /** See {@link LinuxKernel#start}. */
    Started start(JailId jail, long generation, String fingerprint, JailDefinition definition, FilesClaim files) {
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

    static KernelRefusal refusal(LinuxFailure e) {
        KernelRefusal refusal = Errno.mayPass(e.errno()) || !OF_THE_DEFINITION.contains(e.call())
                ? KernelRefusal.transientFailure("StartFailed", e.inWords())
                : KernelRefusal.permanent("StartFailed", e.inWords());
        return refusal.because(e.cause());
    }

    private Started startUnchecked(
            JailId jail,
            long generation,
            String fingerprint,
            JailDefinition definition,
            FilesClaim files,
            StepClock steps) {
        running.starting(jail);
        try {
            steps.begin("checks");
            check.requireHost(definition);
            steps.begin("claim");
            Runnable undo = parts.homes().claim(jail, definition, files);
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
            running.notStarting(jail);
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
        steps.begin("sandbox");
        try {
            return startIn(parts.sandboxes().take(jail, steps), jail, generation, fingerprint, definition, steps);
        } catch (DamagedSandbox e) {
            log.atWarn().addKeyValue("jail", jail).log("the jail starts in a new sandbox: {}", e.getMessage());
            release(jail);
            return startIn(parts.sandboxes().create(jail, steps), jail, generation, fingerprint, definition, steps);
        }
    }

    /** @throws DamagedSandbox if the start failed because a part of the sandbox was missing */
    private Started startIn(
            Sandbox sandbox,
            JailId jail,
            long generation,
            String fingerprint,
            JailDefinition definition,
            StepClock steps) {
        parts.guard().admit(jail, sandbox.range());
        Started started;
        try {
            started = start(sandbox, jail, generation, fingerprint, definition, steps);
        } catch (RuntimeException e) {
            steps.fail(sandbox.timings(steps.zeroNanos()));
            Optional<String> gone = goneOf(sandbox);
            RuntimeException cause = sandbox.causeOf(e);
            throw gone.isPresent() ? new DamagedSandbox(gone.get(), cause) : cause;
        }
        parts.sandboxes().retire(sandbox);
        return started;
    }

    /** Returns which part of a sandbox is missing, if it is one that no start removes. */
    private Optional<String> goneOf(Sandbox sandbox) {
        if (sandbox.wasKilled()) {
            return Optional.of("its process was killed");
        }
        if (!JailLink.isUp(sandbox.range())) {
            return Optional.of("its network link was missing");
        }
        return parts.cgroups().exists(sandbox.range()) ? Optional.empty() : Optional.of("its cgroup was missing");
    }

    private Started start(
            Sandbox sandbox,
            JailId jail,
            long generation,
            String fingerprint,
            JailDefinition definition,
            StepClock steps) {
        IdRange range = sandbox.range();
        Path pipe = parts.runtimeFiles().pipeOf(jail);
        // The record of the claim is written to disk during this and the next steps.
        steps.begin("routes");
        parts.network().connect(range, definition.addresses());
        steps.begin("filter compile");
        Instant now = parts.clock().instant();
        SeccompFilter filter = SeccompCompiler.compile(definition.policy(), Architecture.host(), now);
        steps.begin("console");
        ConsoleLog.create(pipe, range);
        steps.begin("limits");
        parts.cgroups().limit(range, definition.limits());
        parts.network().limit(range, definition.limits());
        if (definition.policy().profile() == Profile.SYSTEM) {
            parts.cgroups().delegate(sandbox.cgroup(), range);
        }
        steps.begin("policy");
        parts.denials().loading(jail, definition.policy(), now);
        steps.begin("id range");
        parts.idRanges().awaitDurable();
        steps.begin("files");
        // Two overlays must not write to the same directory, nor two consoles to the same log.
        parts.mountRemovals().await(jail);
        parts.consoles().await(jail);
        if (definition.base() instanceof Base.Thin) {
            parts.files()
                    .programs()
                    .ifPresent(programs -> parts.cgroups().notePrograms(sandbox.cgroup(), programs.name()));
        }
        try (RootTrees trees = parts.files()
                .open(
                        definition,
                        range,
                        sandbox.userNamespace(),
                        layer -> parts.cgroups().noteLayer(sandbox.cgroup(), layer))) {
            try (Descriptor init = parts.files().openInit(definition);
                    Descriptor console = ConsoleLog.openForJail(pipe)) {
                steps.begin("compose");
                String resolvers = ResolverFiles.resolvers(
                        definition,
                        parts.guard().resolvers(),
                        server -> parts.guard().passesOn(definition.addresses(), server));
                // From here on, the release of the jail closes a terminal.
                try (Descriptor terminal = new ConsoleStarter(parts).watch(jail, sandbox, definition)) {
                    boolean isOwn = definition.execution().console() == Console.TTY;
                    new JailStart(sandbox, definition, filter, resolvers)
                            .compose(trees, init, isOwn ? terminal : console, isOwn ? Descriptor.NONE : terminal);
                    return execute(sandbox, jail, generation, fingerprint, definition, steps);
                }
            }
        }
    }

    /** Executes the init of a jail whose start is composed. */
    private Started execute(
            Sandbox sandbox,
            JailId jail,
            long generation,
            String fingerprint,
            JailDefinition definition,
            StepClock steps) {
        IdRange range = sandbox.range();
        steps.begin("mark");
        // Set before the process becomes the jail: if the agent ends now, so does the process, and the next
        // agent finds the mark.
        JailMark mark = new JailMark(
                jail,
                generation,
                fingerprint,
                sandbox.initPid(),
                ProcessTimes.startTicks(sandbox.initPid()).orElse(0L),
                parts.clock().millis());
        parts.cgroups().mark(range, mark);
        steps.end();
        running.executing(jail, definition.command().argv().getFirst());
        sandbox.proceed();
        Descriptor process = sandbox.awaitExec();
        running.watch(jail, range, sandbox.initPid(), process, Optional.of(Needs.of(definition)));
        return new Started(
                RunningJails.observed(mark, OptionalInt.of(sandbox.initPid())),
                steps.with(sandbox.timings(steps.zeroNanos())));
    }

    /** Removes the rest of a jail without processes, except its own files. */
    void release(JailId jail) {
        running.forget(jail);
        parts.idRanges().find(jail).ifPresent(range -> {
            parts.cgroups().kill(range);
            parts.network().disconnect(range);
            parts.sampler().last(jail, range);
            parts.cgroups().remove(range);
        });
        parts.mountRemovals().remove(jail);
        parts.loadedPolicies().ended(jail);
        parts.runtimeFiles().remove(jail);
    }
}
