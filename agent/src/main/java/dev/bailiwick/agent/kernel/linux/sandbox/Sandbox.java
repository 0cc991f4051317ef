package dev.bailiwick.agent.kernel.linux.sandbox;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_FILES;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWCGROUP;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWIPC;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWNET;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWNS;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWPID;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWUSER;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLONE_NEWUTS;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.CLOSE_RANGE_UNSHARE;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.EVERY_DESCRIPTOR;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.SIGKILL;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.StepClock;
import dev.bailiwick.agent.kernel.linux.cgroup.Cgroups;
import dev.bailiwick.agent.kernel.linux.console.Terminal;
import dev.bailiwick.agent.kernel.linux.host.MemoryShortage;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.network.JailNetwork;
import dev.bailiwick.agent.kernel.linux.root.DeviceDirectory;
import dev.bailiwick.agent.kernel.linux.root.Lxcfs;
import dev.bailiwick.agent.kernel.linux.root.RootAssembly;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.Operand;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnProgram;
import dev.bailiwick.agent.kernel.linux.syscall.SpawnedChild;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.report.StepTiming;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SequencedMap;

/**
 * The namespaces of a future jail, its cgroup, its network link, and a process in them. The process waits for the calls that lead to the
 * jail's init. A sandbox depends only on a range of ids, so it can be created before the jail is known.
 */
public final class Sandbox implements AutoCloseable {

    private static final long ALL_NAMESPACES =
            CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP;

    private static final long KILL_MILLIS = 5_000;

    private final IdRange range;
    private final NativeMemory memory = new NativeMemory();
    private final SpawnProgram program = new SpawnProgram(memory);
    private final Descriptor cgroup;
    private final SpawnedChild child;
    private final Descriptor process;
    private final Pointer toldHow;
    private final RootAssembly.SystemMounts mounts;
    private final Descriptor devices;
    private final String figuresFrom;
    private final SequencedMap<String, Descriptor> figures;
    private Descriptor userNamespace = Descriptor.NONE;
    /** Whether the process has executed an init, or has ended. */
    private boolean over;

    private boolean closed;

    /**
     * Creates the sandbox. Until {@link #takeDescriptors} its process shares the agent's descriptors, so that it can use descriptors that
     * are opened later. Descriptors that the process itself opens before then are closed with this object.
     *
     * @throws LinuxFailure if a call failed; names the call. No process is left then, but the cgroup and the link may be.
     */
    Sandbox(IdRange range, Cgroups cgroups, JailNetwork network, Lxcfs lxcfs, StepClock clock) {
        this.range = range;
        clock.begin("cgroup");
        this.cgroup = cgroups.create(range);
        clock.begin("dev");
        this.devices = devicesFor(range);
        String device = lxcfs.device();
        this.figures = figuresOf(lxcfs);
        this.figuresFrom = figures.isEmpty() ? "" : device;
        clock.begin("clone");
        program.step("await id maps");
        Confinement confinement = new Confinement(program);
        confinement.dieWithAgent();
        Pointer mapped = program.await("id maps");
        program.step("identity");
        confinement.becomeRoot();
        // The change of ids has cleared it: prctl(2), PR_SET_PDEATHSIG.
        confinement.dieWithAgent();
        confinement.ownSession();
        confinement.beginAnew();
        program.step("dev proc sys tmp");
        RootAssembly assembly = new RootAssembly(program);
        assembly.makeStage();
        this.mounts = assembly.systemMounts(devices, figures);
        assembly.leaveHost();
        program.step("await veth");
        Pointer linked = program.await("network link");
        network.composeLinkInside(program);
        this.toldHow = program.awaitForEver("what to become");
        this.child = spawn();
        this.process = new Descriptor(child.pidDescriptor());
        try {
            clock.begin("id maps");
            write("uid_map", range.map());
            write("gid_map", range.map());
            write("oom_score_adj", MemoryShortage.SCORE_OF_JAILS);
            child.release(mapped);
            this.userNamespace =
                    Linux.openat2(Constants.AT_FDCWD, "/proc/" + child.pid() + "/ns/user", Constants.O_RDONLY, 0, 0);
            clock.begin("veth");
            network.createLink(range, child.pid());
            child.release(linked);
            clock.end();
        } catch (RuntimeException e) {
            throw causeOf(e);
        }
    }

    private Descriptor devicesFor(IdRange range) {
        try {
            return DeviceDirectory.create(range);
        } catch (LinuxFailure e) {
            cgroup.close();
            memory.close();
            throw e;
        }
    }

    private SequencedMap<String, Descriptor> figuresOf(Lxcfs lxcfs) {
        try {
            return lxcfs.mounts();
        } catch (LinuxFailure e) {
            devices.close();
            cgroup.close();
            memory.close();
            throw e;
        }
    }

    private SpawnedChild spawn() {
        try {
            return program.spawn(ALL_NAMESPACES | CLONE_FILES, cgroup.number(), range.first());
        } catch (LinuxFailure e) {
            figures.values().forEach(Descriptor::close);
            devices.close();
            cgroup.close();
            memory.close();
            throw e;
        }
    }

    private void write(String file, String content) {
        try {
            Files.writeString(Path.of("/proc", Integer.toString(child.pid()), file), content, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives a sandbox that has waited the files of the lxcfs that serves now. */
    void renewFigures(Lxcfs lxcfs) {
        if (!figuresFrom.equals(lxcfs.device())) {
            try {
                lxcfs.mend(child.pid(), process);
            } catch (LinuxFailure | UncheckedIOException e) {
                throw causeOf(e);
            }
        }
    }

    public IdRange range() {
        return range;
    }

    public int initPid() {
        return child.pid();
    }

    /** Returns the user namespace, by which mount_setattr(2) shifts the owners of a shared tree. */
    public Descriptor userNamespace() {
        return userNamespace;
    }

    public Descriptor cgroup() {
        return cgroup;
    }

    /** Opens a new terminal of the future jail, which the jail's root owns; the caller closes it. */
    public Terminal openTerminal() {
        try (Descriptor terminals =
                new Descriptor(child.awaitKept(mounts.terminals())).copy().orElseThrow()) {
            return Terminal.open(terminals, "ptmx", range.first(), TerminalSize.USUAL)
                    .movedHigh();
        }
    }

    RootAssembly.SystemMounts mounts() {
        return mounts;
    }

    /** Returns the program of its process, to which the caller adds the calls for the jail. */
    SpawnProgram program() {
        return program;
    }

    /**
     * Adds the call that gives its process its own copies of the agent's descriptors, except those from
     * {@link Descriptor#FIRST_LONG_LIVED} on. If so many others are open that descriptors of this start are among those, it copies all.
     *
     * @param last the descriptor opened last for this start
     */
    void takeDescriptors(Descriptor last) {
        if (Math.max(last.number(), child.highestShared()) < Descriptor.FIRST_LONG_LIVED) {
            program.run(
                    "descriptors",
                    SystemCall.CLOSE_RANGE,
                    Operand.of(Descriptor.FIRST_LONG_LIVED),
                    Operand.of(EVERY_DESCRIPTOR),
                    Operand.of(CLOSE_RANGE_UNSHARE));
        } else {
            program.run("descriptors", SystemCall.UNSHARE, Operand.of(CLONE_FILES));
        }
    }

    /** Lets the process continue with all calls that have been added. */
    public void proceed() {
        child.release(toldHow);
    }

    /**
     * Returns once the process has executed the jail's init.
     *
     * @return the descriptor of that process; the caller closes it
     * @throws LinuxFailure if a call failed; names the call
     */
    public Descriptor awaitExec() {
        child.awaitExec();
        over = true;
        return process;
    }

    /** Returns whether somebody else has killed the process: none of its calls failed, and it has not executed the init. */
    public boolean wasKilled() {
        return !over && child.failure().isEmpty() && Linux.hasEnded(process);
    }

    /** Returns the steps of the process since {@code zeroNanos} of CLOCK_MONOTONIC. */
    public List<StepTiming> timings(long zeroNanos) {
        return child.timings(zeroNanos, System.nanoTime());
    }

    /** Ends the sandbox after this failure; returns the child's failure if there is one, because it is then the cause of the agent's. */
    public RuntimeException causeOf(RuntimeException failure) {
        endProcess();
        RuntimeException cause =
                child.failure().map(RuntimeException.class::cast).orElse(failure);
        close();
        return cause;
    }

    /** Ends the process, unless it has executed an init. The cgroup and the link stay. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (endProcess()) {
            free();
        } else {
            // The kernel delays the process's end despite SIGKILL. Its resources stay until it ends, and nobody waits.
            Thread.ofPlatform().name("jail-stalled-" + child.pid()).daemon().start(() -> {
                while (!endProcess()) {
                    Thread.onSpinWait();
                }
                free();
            });
        }
    }

    private void free() {
        child.closeShared();
        cgroup.close();
        devices.close();
        figures.values().forEach(Descriptor::close);
        userNamespace.close();
        memory.close();
    }

    /** Ends the process; returns false if it does not end although it was killed. */
    private boolean endProcess() {
        if (over) {
            return true;
        }
        // If the process has already ended, the signal has no effect.
        Linux.raw(SystemCall.PIDFD_SEND_SIGNAL, process.number(), SIGKILL, 0, 0);
        if (!child.isOverWithin(KILL_MILLIS)) {
            return false;
        }
        over = true;
        Linux.reap(process);
        process.close();
        return true;
    }
}
