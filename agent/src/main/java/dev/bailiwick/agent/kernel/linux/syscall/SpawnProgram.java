package dev.bailiwick.agent.kernel.linux.syscall;

import com.sun.jna.Pointer;
import dev.bailiwick.jail.report.StepTiming;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The way of a jail's init from clone to exec, as a list of system calls that spawn.c runs in the child. Everything a call
 * needs is prepared in native memory in advance, and every call says what it is about, so that a failure names the step.
 * While the child awaits a word, more calls can be added, which it runs once it is let go on.
 *
 * <p>The layouts are those of {@code struct program} and {@code struct call} in spawn.c.
 */
public final class SpawnProgram {

    private static final int AWAIT_WORD = -1;
    private static final int MUST_FAIL = 1;
    private static final int NO_SLOT = -1;
    private static final int SLOTS = 128;
    private static final int MAX_CALLS = 512;
    private static final int CALL_BYTES = 72;
    private static final int SLOT_OFFSET = 4;
    private static final int TOLERATED_OFFSET = 8;
    private static final int FLAGS_OFFSET = 12;
    private static final int FROM_SLOT_OFFSET = 16;
    private static final int ARGUMENTS_OFFSET = 24;
    private static final int COUNT_OFFSET = 24;
    private static final int SLOTS_OFFSET = 40;
    private static final int AT_OFFSET = 28;
    private static final int ERROR_OFFSET = 32;
    private static final int LIVING_OFFSET = 36;
    private static final int OWNER_OFFSET = SLOTS_OFFSET + 8 * SLOTS;
    private static final int PROGRAM_BYTES = OWNER_OFFSET + 8;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int TIMESPEC_BYTES = 16;
    private static final long STACK_BYTES = 64 * 1024;
    /** How long the child waits for the agent in the middle of a start before it gives up: the agent hangs. */
    private static final long PATIENCE_MILLIS = 30_000;

    /** How long the agent waits for the child, which may have been stopped, or be held in the kernel: it is killed then. */
    private static final long STALLED_MILLIS = 10_000;

    /** About as long as a host may run; the child is killed where the agent ends (prctl(2), PR_SET_PDEATHSIG). */
    private static final long FOR_EVER_MILLIS = 1L << 40;

    /** Each is held in the kernel by its child until that has executed or ended: nothing else may wait for one of them. */
    private static final ExecutorService PARENTS = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("jail-parent-", 0).daemon().factory());

    private record StepTime(String name, Pointer time) {}

    private final NativeMemory memory;
    private final Pointer calls;
    private final ByteBuffer encoded;
    /** One for each call. */
    private final List<String> subjects = new ArrayList<>();

    private final List<StepTime> marks = new ArrayList<>();
    private int slotsUsed;

    public SpawnProgram(NativeMemory memory) {
        this.memory = memory;
        this.calls = memory.bytes((long) CALL_BYTES * MAX_CALLS);
        this.encoded = calls.getByteBuffer(0, (long) CALL_BYTES * MAX_CALLS).order(ByteOrder.nativeOrder());
    }

    public NativeMemory memory() {
        return memory;
    }

    /** The operand is this text, prepared in native memory. */
    public Operand text(String text) {
        return Operand.of(memory.text(text));
    }

    /** @param subject what the call is about, for the error message: a path, a capability */
    public void run(String subject, SystemCall call, Operand... operands) {
        add(subject, call.number(), NO_SLOT, 0, 0, operands);
    }

    /** Like {@link #run}, and this errno is no failure. */
    public void runTolerating(int errno, String subject, SystemCall call, Operand... operands) {
        add(subject, call.number(), NO_SLOT, errno, 0, operands);
    }

    /** Like {@link #run}, but the call must fail with exactly this errno. */
    public void runExpecting(int errno, String subject, SystemCall call, Operand... operands) {
        add(subject, call.number(), NO_SLOT, errno, MUST_FAIL, operands);
    }

    /** Like {@link #run}, and the result can be an operand of later calls. */
    public Operand.Slot keep(String subject, SystemCall call, Operand... operands) {
        return keepTolerating(0, subject, call, operands);
    }

    /** Like {@link #keep}, and this errno is no failure; what is done with the descriptor then fails with EBADF. */
    public Operand.Slot keepTolerating(int errno, String subject, SystemCall call, Operand... operands) {
        if (slotsUsed == SLOTS) {
            throw new IllegalStateException("a program has " + SLOTS + " slots");
        }
        Operand.Slot slot = new Operand.Slot(slotsUsed++);
        add(subject, call.number(), slot.index(), errno, 0, operands);
        return slot;
    }

    /** The child goes no further until it is {@linkplain Child#release let go on}; not for long. */
    public Pointer await(String subject) {
        return await(subject, PATIENCE_MILLIS);
    }

    /** Like {@link #await(String)}, for as long as it takes. */
    public Pointer awaitForEver(String subject) {
        return await(subject, FOR_EVER_MILLIS);
    }

    private Pointer await(String subject, long patienceMillis) {
        Pointer word = memory.bytes(4);
        add(subject, AWAIT_WORD, NO_SLOT, 0, 0, Operand.of(word), Operand.of(patienceMillis));
        return word;
    }

    /** What follows belongs to the step of this name; the child notes the time when it gets here. */
    public void step(String name) {
        Pointer time = memory.bytes(TIMESPEC_BYTES);
        marks.add(new StepTime(name, time));
        run("time", SystemCall.CLOCK_GETTIME, Operand.of(CLOCK_MONOTONIC), Operand.of(time));
    }

    private void add(String subject, int number, int slot, int tolerated, int flags, Operand... operands) {
        if (subjects.size() == MAX_CALLS) {
            throw new IllegalStateException("a program has " + MAX_CALLS + " calls");
        }
        int at = CALL_BYTES * subjects.size();
        subjects.add(subject);
        encoded.putInt(at, number)
                .putInt(at + SLOT_OFFSET, slot)
                .putInt(at + TOLERATED_OFFSET, tolerated)
                .putInt(at + FLAGS_OFFSET, flags);
        long fromSlot = 0;
        for (int i = 0; i < operands.length; i++) {
            long argument = switch (operands[i]) {
                case Operand.Value(long value) -> value;
                case Operand.Slot(int index) -> {
                    fromSlot |= 1L << i;
                    yield index;
                }
            };
            encoded.putLong(at + ARGUMENTS_OFFSET + 8 * i, argument);
        }
        encoded.putLong(at + FROM_SLOT_OFFSET, fromSlot);
    }

    /**
     * Clones a child and lets it run the calls added so far, of which the last executes the jail's init or awaits a word. The
     * memory must stay open until {@link Child#isOverWithin} has said so.
     *
     * @param flags CLONE_* of clone3(2) beside those every child has
     * @param cgroup descriptor of the cgroup it is born into
     * @param owner user id on the host that a new user namespace belongs to, and that all in it is charged to
     */
    public Child spawn(long flags, int cgroup, long owner) {
        Pointer pidDescriptor = memory.bytes(4);
        Pointer pid = memory.bytes(4);
        Pointer program = memory.bytes(PROGRAM_BYTES);
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
                        | Constants.CLONE_INTO_CGROUP);
        cloneArguments.setLong(8, NativeMemory.address(pidDescriptor));
        cloneArguments.setLong(16, NativeMemory.address(program) + LIVING_OFFSET);
        cloneArguments.setLong(24, NativeMemory.address(pid));
        cloneArguments.setLong(32, Constants.SIGCHLD);
        cloneArguments.setLong(40, NativeMemory.address(memory.bytes(STACK_BYTES)));
        cloneArguments.setLong(48, STACK_BYTES);
        cloneArguments.setLong(80, cgroup);
        program.setLong(0, NativeMemory.address(cloneArguments));
        program.setLong(8, Constants.CLONE_ARGS_SIZE);
        program.setLong(16, NativeMemory.address(calls));
        program.setInt(COUNT_OFFSET, subjects.size());
        program.setInt(LIVING_OFFSET, 1);
        program.setInt(OWNER_OFFSET, (int) owner);
        for (int slot = 0; slot < slotsUsed; slot++) {
            program.setLong(SLOTS_OFFSET + 8L * slot, NO_SLOT);
        }
        PARENTS.execute(() -> NativeSpawn.bailiwick_spawn(NativeMemory.address(program)));
        long begun;
        do {
            begun = NativeSpawn.bailiwick_await_begin(NativeMemory.address(program), STALLED_MILLIS);
            // A child that is there and has not begun is killed by whoever then waits for it.
        } while (begun == -Errno.ETIMEDOUT && pid.getInt(0) == 0);
        if (begun != -Errno.ETIMEDOUT) {
            Linux.checked("clone3", "the jail's init", begun);
        }
        return new Child(pid.getInt(0), pidDescriptor.getInt(0), program, slotsUsed);
    }

    /** A child that has been cloned and runs the program. */
    public final class Child {

        private final int pid;
        private final int pidDescriptor;
        private final Pointer program;
        private final int slotsShared;

        private Child(int pid, int pidDescriptor, Pointer program, int slotsShared) {
            this.pid = pid;
            this.pidDescriptor = pidDescriptor;
            this.program = program;
            this.slotsShared = slotsShared;
        }

        public int pid() {
            return pid;
        }

        /** Close-on-exec; the caller's to close. */
        public int pidDescriptor() {
            return pidDescriptor;
        }

        /** Lets it go on that awaits this word, with all calls that have been added since it was cloned. */
        public void release(Pointer word) {
            program.setInt(COUNT_OFFSET, subjects.size());
            NativeSpawn.bailiwick_release(NativeMemory.address(word));
        }

        /**
         * Returns once the child has executed.
         *
         * @throws LinuxFailure naming the call that failed, or at which the child stalled: that one is still there then
         */
        public void awaitExec() {
            boolean over = isOverWithin(STALLED_MILLIS);
            int at = program.getInt(AT_OFFSET);
            if (!over) {
                throw new LinuxFailure(
                        nameOf(at), subjects.get(at) + " (the child has stalled there)", Errno.ETIMEDOUT);
            }
            failure().ifPresent(failure -> {
                throw failure;
            });
            if (at != subjects.size() - 1) {
                throw new LinuxFailure(nameOf(at), subjects.get(at) + " (the child was killed there)", Errno.EINTR);
            }
        }

        /** The call that failed, of a child that has ended; empty where none did, as where it was killed. */
        public Optional<LinuxFailure> failure() {
            int error = program.getInt(ERROR_OFFSET);
            int at = program.getInt(AT_OFFSET);
            return error == 0 ? Optional.empty() : Optional.of(new LinuxFailure(nameOf(at), subjects.get(at), error));
        }

        /** Whether the child no longer uses the program's memory, because it executed or ended; waits so long for it. */
        public boolean isOverWithin(long millis) {
            long result = NativeSpawn.bailiwick_await(NativeMemory.address(program), millis);
            if (result == -Errno.ETIMEDOUT) {
                return false;
            }
            Linux.checked("await", "end of the child", result);
            return true;
        }

        /** The highest number of a descriptor that {@link #closeShared} would close. */
        public int highestShared() {
            long highest = NO_SLOT;
            for (int slot = 0; slot < slotsShared; slot++) {
                highest = Math.max(highest, program.getLong(SLOTS_OFFSET + 8L * slot));
            }
            return (int) highest;
        }

        /**
         * Closes what a child with CLONE_FILES opened by the calls it was cloned with: those are the agent's descriptors too. Once,
         * and only after it has executed or ended.
         */
        public void closeShared() {
            for (int slot = 0; slot < slotsShared; slot++) {
                long descriptor = program.getLong(SLOTS_OFFSET + 8L * slot);
                if (descriptor != NO_SLOT) {
                    Linux.raw(SystemCall.CLOSE, descriptor);
                }
            }
        }

        /** The steps the child has begun from {@code zeroNanos} of CLOCK_MONOTONIC (System.nanoTime) on. */
        public List<StepTiming> timings(long zeroNanos, long endNanos) {
            List<StepTiming> timings = new ArrayList<>();
            for (int i = 0; i < marks.size(); i++) {
                long begin = nanos(marks.get(i).time);
                boolean last = i + 1 == marks.size() || nanos(marks.get(i + 1).time) == 0;
                long end = last ? endNanos : nanos(marks.get(i + 1).time);
                if (begin >= zeroNanos) {
                    timings.add(new StepTiming(marks.get(i).name, (begin - zeroNanos) / 1000, (end - begin) / 1000));
                }
            }
            return timings;
        }

        private static long nanos(Pointer time) {
            return time.getLong(0) * 1_000_000_000L + time.getLong(8);
        }
    }

    private String nameOf(int call) {
        int number = encoded.getInt(CALL_BYTES * call);
        for (SystemCall systemCall : SystemCall.values()) {
            if (systemCall.number() == number) {
                return systemCall.text();
            }
        }
        return "wait";
    }
}
