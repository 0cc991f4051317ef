package dev.bailiwick.agent.kernel.linux.syscall;

import com.sun.jna.Pointer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A {@link SpawnProgram} that a process with memory of its own runs (enter.c), and whose last calls a child of it makes. Nobody who looks
 * into these processes finds anything of the agent, and nothing that happens to them happens to it. The agent is the parent of the child.
 */
public final class SeparateProgram implements AutoCloseable {

    private static final String SUBJECT = "the entry into a jail";
    private static final long IMAGE_BYTES = 32;
    private static final int NO_DESCRIPTOR = -1;

    /** How long the agent waits for the execution, for example if the jail has stopped the child. Both processes are killed then. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final SharedMemory memory = new SharedMemory();
    private final SpawnProgram program = new SpawnProgram(new NativeMemory(memory, IMAGE_BYTES));
    private Pointer childId = Pointer.NULL;

    /** Returns the program, to which the caller adds the calls. */
    public SpawnProgram calls() {
        return program;
    }

    /** Lets a child make all calls that are added from now on. Its parent is the agent. */
    public void continueInChild() {
        childId = program.continueInChild(Constants.CLONE_PARENT
                | Constants.CLONE_VFORK
                | Constants.CLONE_PARENT_SETTID
                | Constants.CLONE_CLEAR_SIGHAND);
    }

    /**
     * Runs the program; returns once its child has executed.
     *
     * @param interpreter the program of enter.c
     * @param handed descriptors of the agent that the calls name
     * @return the descriptor of the child, whom the caller must reap; the caller closes it
     * @throws LinuxFailure naming the call that failed; no process is left then
     */
    public Descriptor run(Descriptor interpreter, List<Descriptor> handed) {
        Pointer image = image();
        SpawnedChild inside = new SpawnedChild(program, 0, NO_DESCRIPTOR, image, 0);
        boolean isOver;
        try (Descriptor outside =
                start(interpreter, handed, SpawnProgram.OWN_CGROUP).descriptor()) {
            isOver = inside.isOverWithin(PATIENCE.toMillis());
            // It has nothing left to do; but the jail may have frozen it, as it is in a cgroup of the jail.
            kill(outside);
            Reaper.reap(outside, PATIENCE);
        }
        Optional<Descriptor> child = child();
        try {
            if (!isOver) {
                child.ifPresent(SeparateProgram::kill);
            }
            inside.requireExec(isOver);
            return child.orElseThrow(() -> new LinuxFailure("clone3", SUBJECT, Errno.ESRCH));
        } catch (LinuxFailure e) {
            child.ifPresent(process -> {
                kill(process);
                Reaper.reap(process, PATIENCE);
                process.close();
            });
            throw e;
        }
    }

    /**
     * Has a process make the calls, which goes on when the agent ends.
     *
     * @param interpreter the program of enter.c
     * @param handed descriptors of the agent that the calls name; all others are closed there, except standard input, output and error
     * @param cgroup where the process is
     * @return the id of the process; it is reaped soon after its end
     * @throws LinuxFailure if there is no such process
     */
    public int leave(Descriptor interpreter, List<Descriptor> handed, Descriptor cgroup) {
        image();
        Outside process = start(interpreter, handed, cgroup.number());
        Reaper.reapLater(process.descriptor);
        return process.id;
    }

    /** The process that makes the first calls. */
    private record Outside(Descriptor descriptor, int id) {}

    private Pointer image() {
        Pointer image = program.image();
        memory.at(0).setLong(0, memory.address());
        memory.at(0).setLong(8, SharedMemory.BYTES);
        memory.at(0).setLong(16, NativeMemory.address(image));
        return image;
    }

    private Outside start(Descriptor interpreter, List<Descriptor> handed, int cgroup) {
        NativeMemory operands = new NativeMemory();
        SpawnProgram start = new SpawnProgram(operands);
        keep(start, memory.file());
        handed.forEach(descriptor -> keep(start, descriptor));
        start.run(
                SUBJECT,
                SystemCall.EXECVE,
                start.text("/proc/self/fd/" + interpreter.number()),
                Operand.of(operands.texts(
                        List.of("enter", Integer.toString(memory.file().number())))),
                Operand.of(operands.texts(List.of())));
        SpawnedChild child;
        try {
            child = start.spawn(0, cgroup, 0);
        } catch (LinuxFailure e) {
            operands.close();
            throw e;
        }
        Descriptor process = new Descriptor(child.pidDescriptor());
        try {
            child.awaitExec();
            return new Outside(process, child.pid());
        } catch (LinuxFailure e) {
            kill(process);
            Linux.reap(process);
            process.close();
            throw e;
        } finally {
            // A process that has ended uses none of it.
            operands.close();
        }
    }

    private static void keep(SpawnProgram start, Descriptor descriptor) {
        start.run(
                "descriptor " + descriptor.number(),
                SystemCall.FCNTL,
                Operand.of(descriptor.number()),
                Operand.of(Constants.F_SETFD),
                Operand.ZERO);
    }

    /** Returns the child, if there is one: the kernel has written its id before the child ran, and nobody else reaps it. */
    private Optional<Descriptor> child() {
        int id = childId.getInt(0);
        if (id == 0) {
            return Optional.empty();
        }
        Descriptor process = Linux.openProcessDescriptor(id);
        if (!Linux.isChild(process)) {
            process.close();
            throw new LinuxFailure("waitid", SUBJECT, Errno.ECHILD);
        }
        return Optional.of(process);
    }

    private static void kill(Descriptor process) {
        Linux.raw(SystemCall.PIDFD_SEND_SIGNAL, process.number(), Constants.SIGKILL, 0, 0);
    }

    @Override
    public void close() {
        memory.close();
    }
}
