package dev.bailiwick.agent.kernel.linux.syscall;

import com.sun.jna.Pointer;
import dev.bailiwick.jail.report.StepTiming;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A child that has been cloned and runs a {@link SpawnProgram}. */
public final class SpawnedChild {

    /** How long the agent waits for a child, which may be stopped or blocked in the kernel. After that, the child is killed. */
    static final long STALLED_MILLIS = 10_000;

    private final SpawnProgram calls;
    private final int pid;
    private final int pidDescriptor;
    private final Pointer program;
    private final int slotsShared;

    SpawnedChild(SpawnProgram calls, int pid, int pidDescriptor, Pointer program, int slotsShared) {
        this.calls = calls;
        this.pid = pid;
        this.pidDescriptor = pidDescriptor;
        this.program = program;
        this.slotsShared = slotsShared;
    }

    public int pid() {
        return pid;
    }

    /** Returns the descriptor of the process. It is close-on-exec, and the caller must close it. */
    public int pidDescriptor() {
        return pidDescriptor;
    }

    /**
     * Releases the child, which waits for this word to change. The child goes on with all calls that were added since it was
     * cloned.
     */
    public void release(Pointer word) {
        program.setInt(ProgramLayout.COUNT, calls.size());
        NativeSpawn.bailiwick_release(NativeMemory.address(word));
    }

    /**
     * Returns once the child has executed.
     *
     * @throws LinuxFailure naming the call that failed, or the call in which the child has stalled; such a child still exists
     */
    public void awaitExec() {
        requireExec(isOverWithin(STALLED_MILLIS));
    }

    /**
     * @param over whether it has executed or ended
     * @throws LinuxFailure as {@link #awaitExec}
     */
    public void requireExec(boolean over) {
        int at = program.getInt(ProgramLayout.AT);
        if (!over) {
            throw new LinuxFailure(
                    calls.nameOf(at), calls.subjectOf(at) + " (the child has stalled there)", Errno.ETIMEDOUT);
        }
        failure().ifPresent(failure -> {
            throw failure;
        });
        if (at != calls.size() - 1) {
            throw new LinuxFailure(
                    calls.nameOf(at), calls.subjectOf(at) + " (the child was killed there)", Errno.EINTR);
        }
    }

    /** Returns the call that failed, after the child has ended; empty if none failed, for example because the child was killed. */
    public Optional<LinuxFailure> failure() {
        int error = program.getInt(ProgramLayout.ERROR);
        int at = program.getInt(ProgramLayout.AT);
        return error == 0
                ? Optional.empty()
                : Optional.of(new LinuxFailure(calls.nameOf(at), calls.subjectOf(at), error, exists()));
    }

    /** Returns whether the child could open the file that it executes. */
    private boolean exists() {
        return calls.executed()
                .filter(slot -> program.getLong(ProgramLayout.SLOT_VALUES + 8L * slot.index()) >= 0)
                .isPresent();
    }

    /**
     * Waits until the child has executed or ended, and so no longer uses the program's memory. Returns false if it still uses it
     * after this time.
     */
    public boolean isOverWithin(long millis) {
        long result = NativeSpawn.bailiwick_await(NativeMemory.address(program), millis);
        if (result == -Errno.ETIMEDOUT) {
            return false;
        }
        Linux.check("await", "end of the child", result);
        return true;
    }

    /** Returns the highest descriptor that {@link #closeShared} would close; -1 if there is none. */
    public int highestShared() {
        long highest = ProgramLayout.NO_SLOT;
        for (int slot = 0; slot < slotsShared; slot++) {
            highest = Math.max(highest, program.getLong(ProgramLayout.SLOT_VALUES + 8L * slot));
        }
        return (int) highest;
    }

    /**
     * Closes the descriptors that a child with CLONE_FILES has opened by the calls it was cloned with, because the agent has these
     * descriptors too. To be called once, after the child has executed or ended.
     */
    public void closeShared() {
        for (int slot = 0; slot < slotsShared; slot++) {
            long descriptor = program.getLong(ProgramLayout.SLOT_VALUES + 8L * slot);
            if (descriptor != ProgramLayout.NO_SLOT) {
                Linux.raw(SystemCall.CLOSE, descriptor);
            }
        }
    }

    /**
     * Closes the descriptors that a child with CLONE_FILES has opened, except one, and returns that. To be called once, instead of
     * {@link #closeShared}, after a child has ended that has never had descriptors of its own.
     */
    public Descriptor closeSharedExcept(Optional<Operand.Slot> kept) {
        int keptSlot = kept.map(Operand.Slot::index).orElse(ProgramLayout.NO_SLOT);
        for (int slot = 0; slot < calls.slots(); slot++) {
            if (slot != keptSlot && valueOf(slot) >= 0) {
                Linux.raw(SystemCall.CLOSE, valueOf(slot));
            }
        }
        return kept.isEmpty() ? Descriptor.NONE : new Descriptor((int) valueOf(keptSlot));
    }

    /**
     * Returns the result that the child keeps in this slot, once it has made the call.
     *
     * @throws LinuxFailure naming the call that failed, or the call in which the child has stalled
     */
    public int awaitKept(Operand.Slot slot) {
        long deadline = System.nanoTime() + STALLED_MILLIS * 1_000_000;
        while (valueOf(slot.index()) == ProgramLayout.NO_SLOT) {
            boolean isOver = isOverWithin(1);
            if (isOver || System.nanoTime() > deadline) {
                requireExec(isOver);
            }
        }
        return (int) valueOf(slot.index());
    }

    private long valueOf(int slot) {
        return program.getLong(ProgramLayout.SLOT_VALUES + 8L * slot);
    }

    /** Returns the steps that the child has begun since {@code zeroNanos} of CLOCK_MONOTONIC (System.nanoTime). */
    public List<StepTiming> timings(long zeroNanos, long endNanos) {
        List<SpawnProgram.StepTime> steps = calls.steps();
        List<StepTiming> timings = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            long begin = nanos(steps.get(i).time());
            boolean last = i + 1 == steps.size() || nanos(steps.get(i + 1).time()) == 0;
            long end = last ? endNanos : nanos(steps.get(i + 1).time());
            if (begin >= zeroNanos) {
                timings.add(new StepTiming(steps.get(i).name(), (begin - zeroNanos) / 1000, (end - begin) / 1000));
            }
        }
        return timings;
    }

    private static long nanos(Pointer time) {
        return time.getLong(0) * 1_000_000_000L + time.getLong(8);
    }
}
