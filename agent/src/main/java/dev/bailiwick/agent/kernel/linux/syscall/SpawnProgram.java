package dev.bailiwick.agent.kernel.linux.syscall;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The system calls that take a jail's init from clone to exec; spawn.c runs them in the child. Everything that a call needs is
 * prepared in native memory in advance. Each call has a subject, so that a failure names the step. While the child waits for
 * its release, more calls can be added: the child runs them afterwards.
 */
public final class SpawnProgram {

    /** As a cgroup: that of the agent. */
    public static final int OWN_CGROUP = -1;

    private static final int AWAIT_WORD = -1;
    private static final int CONTINUE_IN_CHILD = -2;
    private static final int MUST_FAIL = 1;
    private static final int WHOLE = 2;
    private static final int MAX_CALLS = 512;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int TIMESPEC_BYTES = 16;
    private static final long STACK_BYTES = 64 * 1024;
    /** How long the child waits for the agent in the middle of a start. After that, it assumes that the agent hangs, and gives up. */
    private static final long PATIENCE_MILLIS = 30_000;

    /** Longer than any host runs. If the agent ends, the kernel kills the child (prctl(2), PR_SET_PDEATHSIG). */
    private static final long FOR_EVER_MILLIS = 1L << 40;

    /**
     * The threads that clone children. Such a thread stays in the kernel until its child has executed or ended, so nothing else
     * may run on it.
     */
    private static final ExecutorService PARENTS = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("jail-parent-", 0).daemon().factory());

    /** @param time where the child writes the time at which the step begins; 0 until then */
    record StepTime(String name, Pointer time) {}

    private final NativeMemory memory;
    private final Pointer calls;
    private final ByteBuffer encoded;
    /** The subject of each call. */
    private final List<String> subjects = new ArrayList<>();

    private final List<StepTime> marks = new ArrayList<>();
    private int slotsUsed;
    private Optional<Operand.Slot> executed = Optional.empty();

    public SpawnProgram(NativeMemory memory) {
        this.memory = memory;
        this.calls = memory.bytes((long) ProgramLayout.CALL_BYTES * MAX_CALLS);
        this.encoded = calls.getByteBuffer(0, (long) ProgramLayout.CALL_BYTES * MAX_CALLS)
                .order(ByteOrder.nativeOrder());
    }

    public NativeMemory memory() {
        return memory;
    }

    /** Returns an operand that is the address of this text in native memory. */
    public Operand text(String text) {
        return Operand.of(memory.text(text));
    }

    /**
     * Adds a call.
     *
     * @param subject what the call is about, for the error message: a path or a capability, for example
     */
    public void run(String subject, SystemCall call, Operand... operands) {
        add(subject, call.number(), ProgramLayout.NO_SLOT, 0, 0, operands);
    }

    /** Adds a call like {@link #run}, for which this errno is no failure. */
    public void runTolerating(int errno, String subject, SystemCall call, Operand... operands) {
        add(subject, call.number(), ProgramLayout.NO_SLOT, errno, 0, operands);
    }

    /** Adds a call like {@link #run}, which must fail with exactly this errno. */
    public void runExpecting(int errno, String subject, SystemCall call, Operand... operands) {
        add(subject, call.number(), ProgramLayout.NO_SLOT, errno, MUST_FAIL, operands);
    }

    /** Adds a call like {@link #run}, and returns its result as an operand of later calls. */
    public Operand.Slot keep(String subject, SystemCall call, Operand... operands) {
        return keepTolerating(0, subject, call, operands);
    }

    /** Adds a write(2) of all these bytes. If there is room for some of them only, it fails with ENOSPC. */
    public void writeWhole(String subject, Operand file, byte[] bytes) {
        add(
                subject,
                SystemCall.WRITE.number(),
                ProgramLayout.NO_SLOT,
                0,
                WHOLE,
                file,
                Operand.of(memory().copy(bytes)),
                Operand.of(bytes.length));
    }

    /** Adds a call like {@link #keep}, for which this errno is no failure. Later calls with the descriptor then fail with EBADF. */
    public Operand.Slot keepTolerating(int errno, String subject, SystemCall call, Operand... operands) {
        if (slotsUsed == ProgramLayout.SLOTS) {
            throw new IllegalStateException("a program has " + ProgramLayout.SLOTS + " slots");
        }
        Operand.Slot slot = new Operand.Slot(slotsUsed++);
        add(subject, call.number(), slot.index(), errno, 0, operands);
        return slot;
    }

    /** Makes the child wait here until its {@linkplain SpawnedChild#release release}, for at most 30 seconds. */
    public Pointer await(String subject) {
        return await(subject, PATIENCE_MILLIS);
    }

    /** Makes the child wait like {@link #await(String)}, but without a time limit. */
    public Pointer awaitForEver(String subject) {
        return await(subject, FOR_EVER_MILLIS);
    }

    private Pointer await(String subject, long patienceMillis) {
        Pointer word = memory.bytes(4);
        add(subject, AWAIT_WORD, ProgramLayout.NO_SLOT, 0, 0, Operand.of(word), Operand.of(patienceMillis));
        return word;
    }

    /** Begins a step of this name. The child notes the time at which it gets here. */
    public void step(String name) {
        Pointer time = memory.bytes(TIMESPEC_BYTES);
        marks.add(new StepTime(name, time));
        run("time", SystemCall.CLOCK_GETTIME, Operand.of(CLOCK_MONOTONIC), Operand.of(time));
    }

    private void add(String subject, int number, int slot, int tolerated, int flags, Operand... operands) {
        if (subjects.size() == MAX_CALLS) {
            throw new IllegalStateException("a program has " + MAX_CALLS + " calls");
        }
        int at = ProgramLayout.CALL_BYTES * subjects.size();
        subjects.add(subject);
        encoded.putInt(at, number)
                .putInt(at + ProgramLayout.CALL_SLOT, slot)
                .putInt(at + ProgramLayout.CALL_TOLERATED, tolerated)
                .putInt(at + ProgramLayout.CALL_FLAGS, flags);
        long fromSlot = 0;
        for (int i = 0; i < operands.length; i++) {
            long argument = switch (operands[i]) {
                case Operand.Value(long value) -> value;
                case Operand.Slot(int index) -> {
                    fromSlot |= 1L << i;
                    yield index;
                }
            };
            encoded.putLong(at + ProgramLayout.CALL_ARGUMENTS + 8 * i, argument);
        }
        encoded.putLong(at + ProgramLayout.CALL_FROM_SLOT, fromSlot);
    }

    /**
     * Clones a child, which runs the calls added so far. The last of them executes the jail's init or waits for the release. The
     * memory must stay open until {@link SpawnedChild#isOverWithin} has returned true.
     *
     * @param flags CLONE_* of clone3(2), besides those that every child has
     * @param cgroup descriptor of the cgroup in which it begins, or {@link #OWN_CGROUP}
     * @param owner user id on the host that owns a new user namespace, and to which its resources are charged
     */
    public SpawnedChild spawn(long flags, int cgroup, long owner) {
        Pointer pidDescriptor = memory.bytes(4);
        Pointer pid = memory.bytes(4);
        Pointer program = image();
        Pointer cloneArguments = memory.bytes(Constants.CLONE_ARGS_SIZE);
        cloneArguments.setLong(
                0,
                flags
                        | Constants.CLONE_VM
                        | Constants.CLONE_VFORK
                        | Constants.CLONE_PIDFD
                        | Constants.CLONE_PARENT_SETTID
                        | Constants.CLONE_CLEAR_SIGHAND
                        | Constants.CLONE_CHILD_CLEARTID
                        | (cgroup == OWN_CGROUP ? 0 : Constants.CLONE_INTO_CGROUP));
        cloneArguments.setLong(8, NativeMemory.address(pidDescriptor));
        cloneArguments.setLong(16, NativeMemory.address(program) + ProgramLayout.LIVING);
        cloneArguments.setLong(24, NativeMemory.address(pid));
        cloneArguments.setLong(32, Constants.SIGCHLD);
        cloneArguments.setLong(40, NativeMemory.address(memory.bytes(STACK_BYTES)));
        cloneArguments.setLong(48, STACK_BYTES);
        cloneArguments.setLong(80, Math.max(0, cgroup));
        program.setLong(0, NativeMemory.address(cloneArguments));
        program.setLong(8, Constants.CLONE_ARGS_SIZE);
        program.setInt(ProgramLayout.OWNER, (int) owner);
        PARENTS.execute(() -> NativeSpawn.bailiwick_spawn(NativeMemory.address(program)));
        long begun;
        do {
            begun = NativeSpawn.bailiwick_await_begin(NativeMemory.address(program), SpawnedChild.STALLED_MILLIS);
            // If the child exists and has not begun, the code that waits for it next kills it.
        } while (begun == -Errno.ETIMEDOUT && pid.getInt(0) == 0);
        if (begun != -Errno.ETIMEDOUT) {
            Linux.check("clone3", "the jail's init", begun);
        }
        return new SpawnedChild(this, pid.getInt(0), pidDescriptor.getInt(0), program, slotsUsed);
    }

    /** Returns the structure of C for the calls added so far. */
    Pointer image() {
        Pointer program = memory.bytes(ProgramLayout.BYTES);
        program.setLong(16, NativeMemory.address(calls));
        program.setInt(ProgramLayout.COUNT, subjects.size());
        program.setInt(ProgramLayout.LIVING, 1);
        for (int slot = 0; slot < slotsUsed; slot++) {
            program.setLong(ProgramLayout.SLOT_VALUES + 8L * slot, ProgramLayout.NO_SLOT);
        }
        return program;
    }

    /**
     * Adds a call that clones a child with a copy of the memory, which makes the calls after it.
     *
     * @param flags CLONE_* of clone3(2)
     * @return where the kernel writes the child's id, as its parent sees it; 0 until then
     */
    Pointer continueInChild(long flags) {
        Pointer id = memory.bytes(4);
        Pointer arguments = memory.bytes(Constants.CLONE_ARGS_SIZE);
        arguments.setLong(0, flags);
        arguments.setLong(24, NativeMemory.address(id));
        add(
                "a process in the jail",
                CONTINUE_IN_CHILD,
                ProgramLayout.NO_SLOT,
                0,
                0,
                Operand.of(arguments),
                Operand.of(Constants.CLONE_ARGS_SIZE));
        return id;
    }

    /** Notes which descriptor is the file that the last call executes, so that a failure can say whether it exists. */
    public void executes(Operand.Slot file) {
        executed = Optional.of(file);
    }

    Optional<Operand.Slot> executed() {
        return executed;
    }

    /** Returns how many results the program keeps by now. */
    int slots() {
        return slotsUsed;
    }

    /** Returns how many calls the program has by now. */
    int size() {
        return subjects.size();
    }

    /** Returns what this call is about. */
    String subjectOf(int call) {
        return subjects.get(call);
    }

    /** Returns the steps of the program in order, each with the time at which the child began it. */
    List<StepTime> steps() {
        return marks;
    }

    String nameOf(int call) {
        int number = encoded.getInt(ProgramLayout.CALL_BYTES * call);
        for (SystemCall systemCall : SystemCall.values()) {
            if (systemCall.number() == number) {
                return systemCall.text();
            }
        }
        return number == CONTINUE_IN_CHILD ? "clone3" : "wait";
    }
}
